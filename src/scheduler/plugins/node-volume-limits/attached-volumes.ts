import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { mountedClaims } from '../../framework/pod-claims.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';

/** Volumes by name, with the driver that attaches them. */
export type Attached = ReadonlyMap<string, string>;

interface Known {
  /** Of the node, when this was worked out. */
  readonly generation: number;
  /** Of claims, volumes and classes. */
  readonly version: number;
  readonly volumes: Attached;
  /** How many of them each driver attaches. */
  readonly byDriver: ReadonlyMap<string, number>;
}

/** Which volumes drivers attach to nodes. */
export class AttachedVolumes {
  readonly #state: ClusterState;
  readonly #claims;
  readonly #volumes;
  readonly #classes;
  readonly #known: (Known | undefined)[] = [];
  /** Keys of claims that pods on nodes mount, as far as they were looked at. */
  readonly #mounted = new Set<string>();
  #version = 0;

  constructor(state: ClusterState, informers: InformerFactory) {
    this.#state = state;
    const claims = informers.of(PersistentVolumeClaims);
    const volumes = informers.of(PersistentVolumes);
    this.#claims = claims.store;
    this.#volumes = volumes.store;
    this.#classes = informers.of(StorageClasses).store;
    const changed = (namespace = '', name = '') => {
      if (this.#mounted.has(`${namespace}/${name}`)) this.#version++;
    };
    const onClaim = ({ metadata }: { metadata?: { namespace?: string; name?: string } }) =>
      changed(metadata?.namespace, metadata?.name);
    claims.addHandler({ added: onClaim, updated: onClaim, deleted: onClaim });
    const onVolume = ({ spec }: { spec?: { claimRef?: { namespace?: string; name?: string } } }) =>
      changed(spec?.claimRef?.namespace, spec?.claimRef?.name);
    volumes.addHandler({ added: onVolume, updated: onVolume, deleted: onVolume });
  }

  /** The volumes of a pod; those to be made count as well. */
  of(pod: Pod): Attached {
    const found = new Map<string, string>();
    for (const { namespace, name } of mountedClaims(pod)) {
      const { volumeName, storageClassName } = this.#claims.get(name, namespace)?.spec ?? {};
      const csi = volumeName ? this.#volumes.get(volumeName)?.spec?.csi : undefined;
      const driver = csi?.driver ?? (volumeName ? undefined : this.#classes.get(storageClassName ?? '')?.provisioner);
      if (driver) found.set(csi ? `${driver}/${csi.volumeHandle}` : `${driver}/${namespace}/${name}`, driver);
    }
    return found;
  }

  /** The volumes on a node, and how many of them each driver attaches. */
  on(node: NodeInfo, isTried: boolean): Pick<Known, 'volumes' | 'byDriver'> {
    const generation = this.#state.generationOf(node.slot);
    const known = this.#known[node.slot];
    if (!isTried && known?.generation === generation && known.version === this.#version) return known;
    const volumes = new Map<string, string>();
    for (const { pod } of node.pods.values()) {
      for (const { namespace, name } of mountedClaims(pod)) this.#mounted.add(`${namespace}/${name}`);
      for (const [name, driver] of this.of(pod)) volumes.set(name, driver);
    }
    const byDriver = new Map<string, number>();
    for (const driver of volumes.values()) byDriver.set(driver, (byDriver.get(driver) ?? 0) + 1);
    const found = { generation, version: this.#version, volumes, byDriver };
    if (!isTried) this.#known[node.slot] = found;
    return found;
  }
}
