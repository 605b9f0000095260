import type { DaemonSet } from '#api/apps/v1/daemon-set.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';

/** An object of a recording. */
export interface RecordedObject extends KubernetesObject {
  readonly kind?: string;
}

const HASH = 'controller-revision-hash';

/**
 * The revisions of DaemonSets that a recording left out, as `kubectl get all` does: without them nobody knew that the pods
 * are of the present template, and all were replaced. Pods say the name of their revision, and of which of the templates
 * they are.
 */
export function lostRevisions(objects: readonly RecordedObject[]): RecordedObject[] {
  const ofKind = (kind: string) => objects.filter((object) => object?.kind === kind);
  const [pods, revisions] = [ofKind('Pod'), ofKind('ControllerRevision')];
  return ofKind('DaemonSet').flatMap((object) => {
    const set = object as DaemonSet;
    if (revisions.some((revision) => isOf(set, revision))) return [];
    const generation = set.metadata?.annotations?.['deprecated.daemonset.template.generation'];
    const present = pods
      .filter((pod) => isOf(set, pod))
      .map(({ metadata }) => metadata?.labels ?? {})
      .filter((labels) => generation !== undefined && labels['pod-template-generation'] === generation);
    const [hash, ...others] = new Set(present.map((labels) => labels[HASH]));
    return hash === undefined || others.length > 0 ? [] : [revisionOf(set, hash)];
  });
}

/** Whether a DaemonSet controls an object; of recordings without UIDs its name says so. */
function isOf({ metadata: set }: KubernetesObject, { metadata }: KubernetesObject): boolean {
  return (metadata?.ownerReferences ?? []).some(
    ({ kind, name, uid, controller }) =>
      controller === true &&
      kind === 'DaemonSet' &&
      name === set?.name &&
      metadata?.namespace === set?.namespace &&
      (set?.uid === undefined || uid === undefined || uid === set.uid),
  );
}

function revisionOf({ metadata, spec }: DaemonSet, hash: string): RecordedObject {
  const { name = '', namespace, uid } = metadata ?? {};
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...spec?.template?.metadata?.labels, [HASH]: hash },
      ownerReferences: [owner],
    },
    data: { spec: { template: { ...spec?.template, $patch: 'replace' } } },
    revision: 1,
  } as RecordedObject;
}
