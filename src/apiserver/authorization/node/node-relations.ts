import type { PodCertificateRequest } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podClaims, podConfigMaps, podResourceClaims, podSecrets } from '#api/core/v1/pod-references.ts';
import type { ResourceSlice } from '#api/resource/v1/resource-slice.ts';
import type { VolumeAttachment } from '#api/storage/v1/volume-attachment.ts';
import { volumeSecrets } from './volume-secrets.ts';

export type RelatedKind =
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'podcertificaterequests'
  | 'pods'
  | 'resourceclaims'
  | 'resourceslices'
  | 'secrets'
  | 'serviceaccounts'
  | 'volumeattachments';

interface ObjectName {
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** The live objects that relate other objects to nodes. */
export interface NodeRelationsSource {
  podsOf(node: string): readonly Pod[];
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumeAttachment(name: string): VolumeAttachment | undefined;
  resourceSlice(name: string): ResourceSlice | undefined;
  podCertificateRequest(namespace: string, name: string): PodCertificateRequest | undefined;
}

/** Knows which objects have to do with a node. */
export interface NodeRelations {
  isRelated(node: string, kind: RelatedKind, object: ObjectName): boolean;
}

/**
 * Follows references from a node's pods to what they need. A node has some hundred pods at most, so that they are looked
 * through on each question, and nothing has to be kept current.
 */
export function createNodeRelations(source: NodeRelationsSource): NodeRelations {
  const podsIn = (node: string, namespace: string) =>
    source.podsOf(node).filter(({ metadata }) => metadata?.namespace === namespace);
  /** Mirror pods stand for what the node runs of its own accord and give it no rights. */
  const givingPods = (node: string, namespace: string) => podsIn(node, namespace).filter((pod) => !isMirror(pod));
  const usesClaim = (node: string, { namespace, name }: ObjectName) =>
    givingPods(node, namespace).some((pod) => podClaims(pod).includes(name));
  const isVolumeOf = (node: string, volume: PersistentVolume | undefined) => {
    const claim = volume?.spec?.claimRef;
    return claim ? usesClaim(node, { namespace: claim.namespace ?? '', name: claim.name ?? '' }) : false;
  };
  const volumesOf = (node: string) =>
    source.podsOf(node).flatMap((pod) =>
      (isMirror(pod) ? [] : podClaims(pod)).flatMap((name) => {
        const volume = source.volume(source.claim(pod.metadata?.namespace ?? '', name)?.spec?.volumeName ?? '');
        return volume && isVolumeOf(node, volume) ? [volume] : [];
      }),
    );
  const checks: Readonly<Record<RelatedKind, (node: string, object: ObjectName) => boolean>> = {
    pods: (node, { namespace, name }) => podsIn(node, namespace).some(({ metadata }) => metadata?.name === name),
    serviceaccounts: (node, { namespace, name }) =>
      givingPods(node, namespace).some(({ spec }) => spec?.serviceAccountName === name),
    configmaps: (node, { namespace, name }) => givingPods(node, namespace).some((pod) => podConfigMaps(pod).has(name)),
    secrets: (node, { namespace, name }) =>
      givingPods(node, namespace).some((pod) => podSecrets(pod).has(name)) ||
      volumesOf(node).some((volume) =>
        volumeSecrets(volume).some((secret) => secret.namespace === namespace && secret.name === name),
      ),
    persistentvolumeclaims: usesClaim,
    persistentvolumes: (node, { name }) => isVolumeOf(node, source.volume(name)),
    resourceclaims: (node, { namespace, name }) =>
      givingPods(node, namespace).some((pod) => podResourceClaims(pod).includes(name)),
    volumeattachments: (node, { name }) => source.volumeAttachment(name)?.spec.nodeName === node,
    resourceslices: (node, { name }) => source.resourceSlice(name)?.spec.nodeName === node,
    podcertificaterequests: (node, { namespace, name }) =>
      source.podCertificateRequest(namespace, name)?.spec.nodeName === node,
  };
  return { isRelated: (node, kind, object) => checks[kind](node, object) };
}

const isMirror = ({ metadata }: Pod): boolean => metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;
