import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { CSINode } from '#api/storage/v1/csi-node.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { type VolumeAttachment, VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { classOfClaim, mountedClaims } from '../../framework/pod-claims.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { type Attachable, inTreeVolume, migratedOn, provisionedBy } from './in-tree-volume.ts';

interface Known {
  /** Of the node, when this was worked out. */
  readonly generation: number;
  /** Of claims, volumes and classes. */
  readonly version: number;
  readonly csiNode: CSINode;
  /** Names of the volumes of pods on the node. */
  readonly volumes: ReadonlySet<string>;
  /** How many volumes each driver attaches. */
  readonly byDriver: ReadonlyMap<string, number>;
}

/** Which volumes drivers attach to nodes. */
export class AttachedVolumes {
  readonly #state: ClusterState;
  readonly #claims;
  readonly #volumes;
  readonly #classes;
  readonly #attachments;
  readonly #known: (Known | undefined)[] = [];
  /** Keys of claims that pods on nodes mount, as far as they were looked at. */
  readonly #mounted = new Set<string>();
  #version = 0;

  constructor(state: ClusterState, informers: InformerFactory) {
    this.#state = state;
    const claims = informers.of(PersistentVolumeClaims);
    const volumes = informers.of(PersistentVolumes);
    const attachments = informers.of(VolumeAttachments).addIndex('node', ({ spec }) => [spec?.nodeName ?? '']);
    this.#claims = claims.store;
    this.#volumes = volumes.store;
    this.#classes = informers.of(StorageClasses).store;
    this.#attachments = attachments.store;
    const changed = (namespace = '', name = '') => {
      if (this.#mounted.has(`${namespace}/${name}`)) this.#version++;
    };
    const onClaim = ({ metadata }: { metadata?: { namespace?: string; name?: string } }) =>
      changed(metadata?.namespace, metadata?.name);
    claims.addHandler({ added: onClaim, updated: onClaim, deleted: onClaim });
    const onVolume = ({ spec }: { spec?: { claimRef?: { namespace?: string; name?: string } } }) =>
      changed(spec?.claimRef?.namespace, spec?.claimRef?.name);
    volumes.addHandler({ added: onVolume, updated: onVolume, deleted: onVolume });
    const onAttachment = ({ spec }: VolumeAttachment) => {
      const node = state.get(spec?.nodeName ?? '');
      if (node) this.#known[node.slot] = undefined;
    };
    attachments.addHandler({ added: onAttachment, updated: onAttachment, deleted: onAttachment });
  }

  /** The volumes of a pod that drivers may attach; those to be made count as well. */
  of(pod: Pod): Attachable[] {
    const found: Attachable[] = [];
    for (const { namespace, name } of mountedClaims(pod)) {
      const claim = this.#claims.get(name, namespace);
      const volume = claim && this.#volumeOf(claim);
      if (volume) found.push(volume);
    }
    for (const volume of pod.spec?.volumes ?? []) {
      const inline = inTreeVolume(volume);
      if (inline) found.push(inline);
    }
    return found;
  }

  /** The volumes on a node, and how many of them each driver attaches. */
  on(node: NodeInfo, csiNode: CSINode, isTried: boolean): Pick<Known, 'volumes' | 'byDriver'> {
    const generation = this.#state.generationOf(node.slot);
    const known = this.#known[node.slot];
    const isCurrent = known?.generation === generation && known.version === this.#version && known.csiNode === csiNode;
    if (!isTried && isCurrent) return known;
    const migrated = migratedOn(csiNode);
    const volumes = new Map<string, string>();
    for (const { pod } of node.pods.values()) {
      for (const { namespace, name } of mountedClaims(pod)) this.#mounted.add(`${namespace}/${name}`);
      for (const { name, driver, plugin } of this.of(pod)) {
        if (plugin === undefined || migrated.has(plugin)) volumes.set(name, driver);
      }
    }
    const all = new Map([...this.#attachedTo(node.name), ...volumes]);
    const byDriver = new Map<string, number>();
    for (const driver of all.values()) byDriver.set(driver, (byDriver.get(driver) ?? 0) + 1);
    const found = { generation, version: this.#version, csiNode, volumes: new Set(volumes.keys()), byDriver };
    if (!isTried) this.#known[node.slot] = found;
    return found;
  }

  /** Volumes that are attached to a node, whoever uses them, with their drivers. */
  *#attachedTo(nodeName: string): Iterable<[name: string, driver: string]> {
    for (const { spec } of this.#attachments.byIndex('node', nodeName)) {
      const { attacher = '', source } = spec ?? {};
      const csi = this.#volumes.get(source?.persistentVolumeName ?? '')?.spec?.csi;
      if (attacher !== '' && csi) yield [`${attacher}/${csi.volumeHandle}`, attacher];
    }
  }

  #volumeOf(claim: PersistentVolumeClaim): Attachable | undefined {
    const { metadata, spec } = claim;
    const volume = spec?.volumeName ? this.#volumes.get(spec.volumeName)?.spec : undefined;
    if (volume?.csi) return { driver: volume.csi.driver, name: `${volume.csi.driver}/${volume.csi.volumeHandle}` };
    if (volume) return inTreeVolume(volume);
    const provisioner = this.#classes.get(classOfClaim(claim))?.provisioner;
    if (!provisioner) return undefined;
    const by = provisionedBy(provisioner);
    return { ...by, name: `${by.driver}/${metadata?.namespace}/${metadata?.name}` };
  }
}
