import type { ControllerRevision } from '#api/apps/v1/controller-revision.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { hashedName, safeHash } from '../safe-hash.ts';
import { revisionHash } from './revision-hash.ts';

/** On pods, and on revisions of DaemonSets. */
export const REVISION_HASH = 'controller-revision-hash';
/** On revisions of StatefulSets. */
const STATEFUL_HASH = 'controller.kubernetes.io/hash';

/** Earliest first; of one number the elder, then by name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const created = ({ metadata }: ControllerRevision) => `${metadata?.creationTimestamp ?? ''} ${metadata?.name}`;
  return a.revision - b.revision || (created(a) < created(b) ? -1 : 1);
}

/** A template as a revision keeps it: a patch of its owner, which `kubectl rollout undo` applies. */
export const revisionData = (template: PodTemplateSpec | undefined) => ({
  spec: { template: { ...template, $patch: 'replace' } },
});

/** The template that a revision keeps. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { spec } = (plain(revision) ?? {}) as { spec?: { template?: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _, ...template } = spec?.template ?? {};
  return template;
}

/** Of a longer name of the owner no more goes into its revisions' names. */
const LONGEST_OWNER = 223;

/** A revision of the owner's template as it is now; `collisions` makes another name for the same. */
export function newRevision(
  owner: KubernetesObject,
  options: {
    readonly kind: { readonly apiVersion: string; readonly kind: string };
    readonly template: PodTemplateSpec | undefined;
    readonly revision: number;
    readonly collisions: number | undefined;
  },
): ControllerRevision {
  const data = revisionData(options.template);
  const isStateful = options.kind.kind === 'StatefulSet';
  const hash = isStateful ? revisionHash(data, options.collisions) : safeHash(data, options.collisions);
  const { annotations } = owner.metadata ?? {};
  return {
    metadata: {
      name: hashedName(owner.metadata?.name ?? '', hash, LONGEST_OWNER),
      namespace: owner.metadata?.namespace,
      labels: { ...options.template?.metadata?.labels, [isStateful ? STATEFUL_HASH : REVISION_HASH]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [newControllerReference(owner, options.kind)],
    },
    data: data as ControllerRevision['data'],
    revision: options.revision,
  };
}

/** Revisions beyond the limit that no pod is of, the earliest first. */
export function expiredRevisions(
  revisions: readonly ControllerRevision[],
  { limit, live }: { readonly limit: number; readonly live: ReadonlySet<string> },
): ControllerRevision[] {
  const dead = [...revisions].sort(byRevision).filter(({ metadata }) => !live.has(metadata?.name ?? ''));
  return dead.slice(0, Math.max(0, dead.length - limit));
}

/** The latest revision that keeps this template, if any does. */
export const sameRevision = (revisions: readonly ControllerRevision[], template: PodTemplateSpec | undefined) =>
  [...revisions].sort(byRevision).findLast((one) => isSameData(one, { data: revisionData(template) }));

/** Whether two revisions keep the same template. */
export const isSameData = (a: RevisionData, b: RevisionData): boolean => deepEqual(plain(a), plain(b));

interface RevisionData {
  readonly data?: unknown;
}

/** Without what releases before 1.34 wrote into each template: that it was created at no time. */
function plain({ data }: RevisionData): unknown {
  const { spec } = (data ?? {}) as { spec?: { template?: { metadata?: { creationTimestamp?: unknown } } } };
  const { creationTimestamp, ...metadata } = spec?.template?.metadata ?? {};
  if (creationTimestamp !== null) return data;
  return { spec: { template: { ...spec?.template, metadata } } };
}
