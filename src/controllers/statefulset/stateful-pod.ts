import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { newControllerReference } from '#controller/owner-references.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { REVISION_HASH } from '../shared/revisions/revision-plan.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';
const KIND = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

/** The number in a pod's name, or undefined when the name is not one of the set's. */
export function ordinalOf({ metadata }: Pod, setName: string): number | undefined {
  const name = metadata?.name ?? '';
  if (!name.startsWith(setName) || name[setName.length] !== '-') return undefined;
  const digits = name.slice(setName.length + 1);
  const ordinal = Number(digits);
  return Number.isSafeInteger(ordinal) && ordinal >= 0 && String(ordinal) === digits ? ordinal : undefined;
}

export const revisionNameOf = ({ metadata }: Pod): string | undefined => metadata?.labels?.[REVISION_HASH];

/** Whether the set wants a pod of this number. */
export function isWanted({ metadata, spec }: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod, metadata?.name ?? '') ?? -1;
  const start = spec?.ordinals?.start ?? 0;
  return ordinal >= start && ordinal < start + (spec?.replicas ?? 1);
}

/** What tells a pod of a set from the others. */
const identityLabels = (podName: string): Record<string, string> => ({
  [POD_NAME]: podName,
  [POD_INDEX]: podName.slice(podName.lastIndexOf('-') + 1),
});

/** The pod of an ordinal, with its name, its host name and its claims. */
export function statefulPod(
  set: StatefulSet,
  { ordinal, template, revision }: { ordinal: number; template: PodTemplateSpec; revision: string },
): Pod {
  const name = `${set.metadata?.name}-${ordinal}`;
  const pod = podFromTemplate(set, KIND, template);
  const { generateName: _, ...metadata } = pod.metadata ?? {};
  const volumes = withClaims(set, ordinal, pod.spec?.volumes);
  const labels = { ...metadata.labels, ...identityLabels(name), [REVISION_HASH]: revision };
  return {
    metadata: { ...metadata, name, labels },
    spec: {
      ...pod.spec,
      containers: pod.spec?.containers ?? [],
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  } as Pod;
}

type Volumes = NonNullable<NonNullable<Pod['spec']>['volumes']>;

/** Volumes with those of an ordinal's claims; they take the place of others of their names. */
function withClaims(set: StatefulSet, ordinal: number, volumes: Volumes = []): Volumes {
  const claims = claimsOf(set, ordinal);
  const own = new Set(claims.map(({ template }) => template));
  return [
    ...claims.map(({ template, name: claimName }) => ({ name: template, persistentVolumeClaim: { claimName } })),
    ...volumes.filter(({ name }) => !own.has(name)),
  ];
}

/**
 * A pod with the labels and the volumes of its number: itself when it has them. One that was adopted from a set with
 * other claims cannot get them while it lives.
 */
export function asItself(set: StatefulSet, pod: Pod): Pod {
  const labels = identityLabels(pod.metadata?.name ?? '');
  const ordinal = ordinalOf(pod, set.metadata?.name ?? '') ?? 0;
  const isNamed = Object.entries(labels).every(([key, value]) => pod.metadata?.labels?.[key] === value);
  const hasVolumes = claimsOf(set, ordinal).every(({ template, name }) =>
    pod.spec?.volumes?.some((one) => one.name === template && one.persistentVolumeClaim?.claimName === name),
  );
  if (isNamed && hasVolumes) return pod;
  const metadata = { ...pod.metadata, labels: { ...pod.metadata?.labels, ...labels } };
  const spec =
    pod.spec && !hasVolumes ? { ...pod.spec, volumes: withClaims(set, ordinal, pod.spec.volumes) } : pod.spec;
  return { ...pod, metadata, ...(spec ? { spec } : {}) };
}

/** The names of an ordinal's claims, by the name of their template. */
export const claimsOf = ({ metadata, spec }: StatefulSet, ordinal: number) =>
  (spec?.volumeClaimTemplates ?? []).map((claim) => ({
    template: claim.metadata?.name ?? '',
    name: `${claim.metadata?.name}-${metadata?.name}-${ordinal}`,
  }));

/** The claims of an ordinal. They outlive the set unless it says otherwise. */
export function claimObjects(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const names = claimsOf(set, ordinal);
  const withSet = set.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete';
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }, at) => ({
    metadata: {
      name: names[at]?.name,
      namespace: set.metadata?.namespace,
      labels: { ...metadata?.labels, ...set.spec?.selector?.matchLabels },
      ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
      ...(withSet ? { ownerReferences: [newControllerReference(set, KIND)] } : {}),
    },
    spec,
  }));
}
