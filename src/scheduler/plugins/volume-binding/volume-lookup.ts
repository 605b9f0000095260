import type { Node } from '#api/core/v1/node.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { CSIStorageCapacities } from '#api/storage/v1/csi-storage-capacity.ts';
import { type StorageClass, StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { keyOf } from '#client/object-store.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { classOfClaim, isBound, mountedClaims } from '../../framework/pod-claims.ts';
import { amountOf } from '../../state/pod-resources.ts';
import { isReachable, sizeOfClaim, smallestMatch } from './volume-match.ts';

export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** The claims of a pod by what is to be done about them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** The volumes of bound claims; undefined where there is none. */
  readonly volumes: readonly (PersistentVolume | undefined)[];
  /** To be bound once the node is known. */
  readonly waiting: readonly PersistentVolumeClaim[];
  /** To be bound by others before the pod is scheduled. */
  readonly immediate: readonly PersistentVolumeClaim[];
}

/** What is to be done for a pod to have its volumes on a node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** Whether the volumes of a pod can be on any node and nothing is to be done about them. */
export const areAnywhere = ({ volumes, waiting }: PodClaims): boolean =>
  waiting.length === 0 && volumes.every((volume) => volume && !volume.spec?.nodeAffinity?.required);

/** Finds volumes for pods in what informers know and what was decided but is not yet seen. */
export class VolumeLookup {
  readonly claims;
  readonly volumes;
  readonly #classes;
  readonly #drivers;
  readonly #capacities;
  /** Keys of claims by the name of the volume that was chosen for them. */
  readonly reserved = new Map<string, string>();
  /** Nodes that were chosen, by the key of the claim. */
  readonly selected = new Map<string, string>();

  constructor(informers: InformerFactory) {
    this.claims = informers.of(PersistentVolumeClaims);
    this.volumes = informers.of(PersistentVolumes);
    this.#classes = informers.of(StorageClasses).store;
    this.#drivers = informers.of(CSIDrivers).store;
    this.#capacities = informers.of(CSIStorageCapacities).store;
  }

  /** The claims of a pod, or why it cannot be scheduled yet. */
  claimsOf(pod: Pod): PodClaims | string {
    const bound: PersistentVolumeClaim[] = [];
    const waiting: PersistentVolumeClaim[] = [];
    const immediate: PersistentVolumeClaim[] = [];
    for (const { name, namespace, isEphemeral } of mountedClaims(pod)) {
      const claim = this.claims.store.get(name, namespace);
      const problem = whyUnusable(claim, name, isEphemeral ? pod : undefined);
      if (problem) return problem;
      if (claim === undefined) continue;
      if (isBound(claim)) bound.push(claim);
      else if (!claim.spec?.volumeName && this.#classOf(claim)?.volumeBindingMode === 'WaitForFirstConsumer') {
        waiting.push(claim);
      } else immediate.push(claim);
    }
    const volumes = bound.map((claim) => this.volumes.store.get(claim.spec?.volumeName ?? ''));
    return { bound, volumes, waiting, immediate };
  }

  /** What is to be done on a node, or why its volumes cannot be there. */
  plan({ volumes, waiting }: PodClaims, node: Node): VolumePlan | string[] {
    const reasons: string[] = [];
    if (volumes.some((volume) => volume && !isReachable(volume, node))) {
      reasons.push("node(s) didn't match PersistentVolume's node affinity");
    }
    const plan = this.#find(waiting, node);
    if (typeof plan === 'string') reasons.push(plan);
    if (volumes.includes(undefined)) {
      reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
    }
    return reasons.length > 0 || typeof plan === 'string' ? reasons : plan;
  }

  #find(waiting: readonly PersistentVolumeClaim[], node: Node): VolumePlan | string {
    const bindings: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
    const provisions: PersistentVolumeClaim[] = [];
    const left = waiting.length === 0 ? [] : this.volumes.store.list();
    for (const claim of [...waiting].sort((a, b) => sizeOfClaim(a) - sizeOfClaim(b))) {
      const chosen = this.selected.get(keyOf(claim)) ?? claim.metadata?.annotations?.[SELECTED_NODE];
      if (chosen !== undefined && chosen !== node.metadata?.name) return NO_VOLUMES;
      const free = left.filter((each) => {
        const holder = this.reserved.get(each.metadata?.name ?? '');
        return !bindings.some(({ volume: taken }) => taken === each) && (!holder || holder === keyOf(claim));
      });
      const volume = chosen === undefined ? smallestMatch(claim, free, node) : undefined;
      if (volume) bindings.push({ volume, claim });
      else {
        const problem = this.#whyNotProvisioned(claim, node);
        if (problem) return problem;
        provisions.push(claim);
      }
    }
    return { bindings, provisions };
  }

  #classOf(claim: PersistentVolumeClaim): StorageClass | undefined {
    return this.#classes.get(classOfClaim(claim));
  }

  #whyNotProvisioned(claim: PersistentVolumeClaim, { metadata }: Node): string | undefined {
    const storageClass = this.#classOf(claim);
    const provisioner = storageClass?.provisioner ?? '';
    if (!storageClass || provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return NO_VOLUMES;
    const labels = metadata?.labels ?? {};
    const topologies = storageClass.allowedTopologies ?? [];
    const isAllowed = topologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')),
    );
    if (topologies.length > 0 && !isAllowed) return NO_VOLUMES;
    return this.#hasCapacity(claim, provisioner, labels) ? undefined : 'node(s) did not have enough free storage';
  }

  /** Drivers that tell how much they have left must have enough for the node. */
  #hasCapacity(claim: PersistentVolumeClaim, driver: string, labels: Readonly<Record<string, string>>): boolean {
    if (!this.#drivers.get(driver)?.spec?.storageCapacity) return true;
    const size = sizeOfClaim(claim);
    return this.#capacities.list().some(({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) => {
      const limit = maximumVolumeSize ?? capacity;
      if (storageClassName !== classOfClaim(claim) || limit === undefined) return false;
      return amountOf('storage', limit) >= size && selectorFromObject(nodeTopology).matches(labels);
    });
  }
}

const NO_VOLUMES = "node(s) didn't find available persistent volumes to bind";

/** `owner` is the pod for which a claim is made. */
function whyUnusable(
  claim: PersistentVolumeClaim | undefined,
  name: string,
  owner: Pod | undefined,
): string | undefined {
  if (claim === undefined) {
    return owner
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`;
  }
  if (claim.metadata?.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  const isOwned = claim.metadata?.ownerReferences?.some(({ uid }) => uid === owner?.metadata?.uid);
  if (owner && !isOwned) {
    const { namespace = '', name: podName = '' } = owner.metadata ?? {};
    return `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
  }
  return undefined;
}
