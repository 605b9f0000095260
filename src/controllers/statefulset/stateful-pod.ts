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
  const digits = name.startsWith(`${setName}-`) ? name.slice(setName.length + 1) : '';
  return /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : undefined;
}

export const revisionNameOf = ({ metadata }: Pod): string | undefined => metadata?.labels?.[REVISION_HASH];

/** What tells a pod of a set from the others. */
export const identityLabels = (podName: string): Record<string, string> => ({
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
  const claims = claimsOf(set, ordinal);
  const own = new Set(claims.map(({ template: claim }) => claim));
  const volumes = [
    ...claims.map(({ template: claim, name: claimName }) => ({ name: claim, persistentVolumeClaim: { claimName } })),
    ...(pod.spec?.volumes ?? []).filter((volume) => !own.has(volume.name)),
  ];
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
