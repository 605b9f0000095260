import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { annotationOf, BIND_COMPLETED, BOUND_BY_CONTROLLER } from './annotations.ts';
import { refersTo } from './match-volume.ts';

/** The object with annotations set; itself when it has them. */
export function withAnnotations<T extends KubernetesObject>(
  object: T,
  annotations: Readonly<Record<string, string>>,
): T {
  if (Object.entries(annotations).every(([name, value]) => annotationOf(object, name) === value)) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, ...annotations } },
  };
}

/** The volume as it names its claim; itself when it does. */
export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { name, namespace, uid, resourceVersion } = claim.metadata ?? {};
  const marked = refersTo(volume, claim) ? volume : withAnnotations(volume, { [BOUND_BY_CONTROLLER]: 'yes' });
  if (volume.spec?.claimRef?.uid === uid && refersTo(volume, claim)) return marked;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion };
  return { ...marked, spec: { ...marked.spec, claimRef } } as PersistentVolume;
}

/** The claim as it names its volume; itself when it does. */
export function boundClaim(claim: PersistentVolumeClaim, { metadata }: PersistentVolume): PersistentVolumeClaim {
  const completed = withAnnotations(claim, { [BIND_COMPLETED]: 'yes' });
  if (claim.spec?.volumeName === metadata?.name) return completed;
  const marked = withAnnotations(completed, { [BOUND_BY_CONTROLLER]: 'yes' });
  return { ...marked, spec: { ...marked.spec, volumeName: metadata?.name } } as PersistentVolumeClaim;
}

/** The volume without its claim; one that a user reserved stays reserved. */
export function unboundVolume(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec ?? {};
  if (annotationOf(volume, BOUND_BY_CONTROLLER) === undefined) {
    const { uid: _, resourceVersion: __, ...reserved } = claimRef ?? {};
    return { ...volume, spec: { ...spec, claimRef: reserved } } as PersistentVolume;
  }
  const { [BOUND_BY_CONTROLLER]: _, ...annotations } = volume.metadata?.annotations ?? {};
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec } as PersistentVolume;
}
