import { createHash } from 'node:crypto';
import { Nodes } from '#api/core/v1/node.ts';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { type VolumeAttachment, VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import { mergePatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isPodFinished } from '../shared/pods.ts';
import { blockedMessage, type ObjectName, planAttachments, uniqueName, type WantedVolume } from './attach-plan.ts';

const BY_NODE = 'node';
const BY_CLAIM = 'claim';
const RECHECK_MS = 10_000;

/** Works node by node. What it wants follows from pods; what there is, from VolumeAttachments: nothing is remembered. */
export class AttachDetachController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #attachments: OwnWrites<VolumeAttachment>;
  /** Since when attachments have not been wanted, by name; starts anew with the process, as upstream's does. */
  readonly #unwantedSince = new Map<string, number>();
  /** Volumes that pods of a node were told to be in use elsewhere. */
  readonly #toldBlocked = new Map<string, ReadonlySet<string>>();

  constructor(context: ControllerContext) {
    this.#context = context;
    const { informers } = context;
    informers.of(Pods).addIndex(BY_NODE, ({ spec }) => [spec?.nodeName ?? '']);
    informers.of(Pods).addIndex(BY_CLAIM, claimKeys);
    this.#attachments = new OwnWrites(informers.of(VolumeAttachments));
    // Read only: what is not asked for before the informers start is never followed.
    informers.of(PersistentVolumes);
    informers.of(CSIDrivers);
    const nodesOf = (pods: readonly Pod[]) => pods.map(({ spec }) => spec?.nodeName ?? '').filter(Boolean);
    this.controller = new Controller('attach-detach', context)
      .watches(Pods, (pod) => (claimKeys(pod).length > 0 ? nodesOf([pod]) : []))
      .watches(PersistentVolumeClaims, ({ metadata }) =>
        nodesOf(informers.of(Pods).store.byIndex(BY_CLAIM, `${metadata?.namespace}/${metadata?.name}`)),
      )
      .watches(VolumeAttachments, ({ spec }) => [spec.nodeName, ...this.#others(spec.source.persistentVolumeName)])
      .watches(Nodes, ({ metadata, status, spec }, old) => {
        const same = deepEqual(status?.volumesInUse, old?.status?.volumesInUse) && deepEqual(spec, old?.spec);
        return old && same ? [] : [metadata?.name ?? ''];
      })
      .reconciles((name) => this.#reconcile(name));
  }

  /** Nodes whose pods may have waited for a volume that another node had. */
  #others(volume: string | undefined): string[] {
    const reference = this.#context.informers.of(PersistentVolumes).store.get(volume ?? '')?.spec?.claimRef;
    if (reference === undefined) return [];
    const pods = this.#context.informers.of(Pods).store.byIndex(BY_CLAIM, `${reference.namespace}/${reference.name}`);
    return pods.map(({ spec }) => spec?.nodeName ?? '').filter(Boolean);
  }

  async #reconcile(name: string): Promise<Result | undefined> {
    const { informers } = this.#context;
    const needed = this.#wanted(name);
    const everywhere = this.#attachments.current(informers.of(VolumeAttachments).store.list(), () => true);
    const attachments = everywhere.filter(
      (one) => one.spec.nodeName === name && one.metadata?.name === this.#nameFor(one),
    );
    const node = informers.of(Nodes).store.get(name);
    const wanted = [...needed.keys()];
    const plan = planAttachments({
      node,
      wanted,
      attachments,
      everywhere,
      nameOf: (one) => this.#uniqueNameOf(one),
      unwantedFor: (one) => this.#unwantedFor(one),
    });
    this.#tellBlocked(name, plan.blocked, needed);
    for (const one of plan.attach) await this.#attach(name, one);
    for (const one of plan.detach) await this.#detach(one);
    this.#tellOutcomes(attachments, needed);
    await this.#writeNode(name, attachments);
    return plan.waiting.length > 0 ? { requeueAfterMs: RECHECK_MS } : undefined;
  }

  /** The volumes that pods of a node need attached, with those pods. */
  #wanted(node: string): Map<WantedVolume, Pod[]> {
    const { informers } = this.#context;
    const byName = new Map<string, { readonly wanted: WantedVolume; readonly pods: Pod[] }>();
    for (const pod of informers.of(Pods).store.byIndex(BY_NODE, node)) {
      if (isPodFinished(pod)) continue;
      for (const key of claimKeys(pod)) {
        const claim = informers.of(PersistentVolumeClaims).store.getByKey(key);
        if (claim?.status?.phase !== 'Bound') continue;
        const volume = informers.of(PersistentVolumes).store.get(claim.spec?.volumeName ?? '');
        const wanted = volume && this.#attachable(volume);
        if (wanted === undefined) continue;
        const known = byName.get(wanted.volume) ?? { wanted, pods: [] };
        known.pods.push(pod);
        byName.set(wanted.volume, known);
      }
    }
    return new Map([...byName.values()].map(({ wanted, pods }) => [wanted, pods]));
  }

  /** Drivers attach unless they say that they do not. */
  #attachable({ metadata, spec }: PersistentVolume): WantedVolume | undefined {
    if (spec?.csi === undefined) return undefined;
    const { driver, volumeHandle: handle } = spec.csi;
    if (this.#context.informers.of(CSIDrivers).store.get(driver)?.spec.attachRequired === false) return undefined;
    const shared = spec.accessModes?.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany') ?? false;
    return { volume: metadata?.name ?? '', driver, handle, exclusive: !shared };
  }

  #volumeOf({ spec }: VolumeAttachment): PersistentVolume | undefined {
    return this.#context.informers.of(PersistentVolumes).store.get(spec.source.persistentVolumeName ?? '');
  }

  #uniqueNameOf(attachment: VolumeAttachment): string | undefined {
    const csi = this.#volumeOf(attachment)?.spec?.csi;
    return csi && uniqueName({ driver: csi.driver, handle: csi.volumeHandle });
  }

  /** The name that this controller gives; an attachment whose volume is gone is taken for its own by its form. */
  #nameFor(attachment: VolumeAttachment): string | undefined {
    const { metadata, spec } = attachment;
    const csi = this.#volumeOf(attachment)?.spec?.csi;
    if (csi) return attachmentName({ driver: csi.driver, handle: csi.volumeHandle }, spec.nodeName);
    return /^csi-[0-9a-f]{64}$/.test(metadata?.name ?? '') ? metadata?.name : undefined;
  }

  #unwantedFor({ metadata }: VolumeAttachment): number {
    const now = this.#context.clock.now();
    const name = metadata?.name ?? '';
    const since = this.#unwantedSince.get(name) ?? now;
    this.#unwantedSince.set(name, since);
    return now - since;
  }

  async #attach(nodeName: string, wanted: WantedVolume): Promise<void> {
    const name = attachmentName(wanted, nodeName);
    const spec = { attacher: wanted.driver, nodeName, source: { persistentVolumeName: wanted.volume } };
    this.#unwantedSince.delete(name);
    try {
      this.#attachments.wrote(
        await this.#context.client.of(VolumeAttachments).create({ metadata: { name }, spec } as VolumeAttachment),
      );
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /** Its driver detaches while it terminates. */
  async #detach(attachment: VolumeAttachment): Promise<void> {
    const name = attachment.metadata?.name ?? '';
    this.#unwantedSince.delete(name);
    await ignoring(isNotFound, this.#context.client.of(VolumeAttachments).delete(name));
  }

  /** Tells pods once for each time that they come to wait. */
  #tellBlocked(
    node: string,
    blocked: readonly WantedVolume[],
    wanted: ReadonlyMap<WantedVolume, readonly Pod[]>,
  ): void {
    const told = this.#toldBlocked.get(node) ?? new Set();
    for (const one of blocked) {
      if (told.has(one.volume)) continue;
      const users = this.#usersElsewhere(one, node);
      for (const pod of wanted.get(one) ?? []) {
        const message = blockedMessage(one.volume, pod.metadata?.namespace ?? '', users);
        this.#context.events.record(pod, 'Warning', 'FailedAttachVolume', message);
      }
    }
    if (blocked.length > 0) this.#toldBlocked.set(node, new Set(blocked.map(({ volume }) => volume)));
    else this.#toldBlocked.delete(node);
  }

  /** Pods that need a volume on other nodes that have it. */
  #usersElsewhere({ volume }: WantedVolume, node: string): ObjectName[] {
    const { informers } = this.#context;
    const attached = informers.of(VolumeAttachments).store.list();
    const nodes = new Set(
      attached.filter(({ spec }) => spec.source.persistentVolumeName === volume).map(({ spec }) => spec.nodeName),
    );
    nodes.delete(node);
    const needs = (pod: Pod) =>
      !isPodFinished(pod) &&
      claimKeys(pod).some(
        (key) => informers.of(PersistentVolumeClaims).store.getByKey(key)?.spec?.volumeName === volume,
      );
    return [...nodes]
      .flatMap((name) => informers.of(Pods).store.byIndex(BY_NODE, name).filter(needs))
      .map(({ metadata }) => metadata ?? {});
  }

  #tellOutcomes(attachments: readonly VolumeAttachment[], wanted: ReadonlyMap<WantedVolume, readonly Pod[]>): void {
    const { events, informers } = this.#context;
    for (const [{ volume }, pods] of wanted) {
      const attachment = attachments.find(({ spec }) => spec.source.persistentVolumeName === volume);
      const nodeName = attachment?.spec.nodeName ?? '';
      const told = informers.of(Nodes).store.get(nodeName)?.status?.volumesAttached ?? [];
      const failure = attachment?.status?.attachError?.message;
      for (const pod of pods) {
        if (attachment?.status?.attached && !told.some(({ name }) => name === this.#uniqueNameOf(attachment))) {
          const message = `AttachVolume.Attach succeeded for volume ${JSON.stringify(volume)} `;
          events.record(pod, 'Normal', 'SuccessfulAttachVolume', message);
        } else if (failure && !attachment.status?.attached) {
          const message = `AttachVolume.Attach failed for volume ${JSON.stringify(volume)} : ${failure}`;
          events.record(pod, 'Warning', 'FailedAttachVolume', message);
        }
      }
    }
  }

  /** What is attached, as node agents wait for it. */
  async #writeNode(name: string, attachments: readonly VolumeAttachment[]): Promise<void> {
    const { client, informers } = this.#context;
    const node = informers.of(Nodes).store.get(name);
    if (node === undefined) return;
    const volumesAttached = attachments
      .filter(({ status }) => status?.attached)
      .flatMap((one) => this.#uniqueNameOf(one) ?? [])
      .sort()
      .map((unique) => ({ name: unique, devicePath: '' }));
    if (deepEqual(node.status?.volumesAttached ?? [], volumesAttached)) return;
    const patch = mergePatch({ status: { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null } });
    await ignoring(isNotFound, client.of(Nodes).patch(name, patch, { subresource: 'status' }));
  }
}

/** The name by which drivers and node agents know the attachment of a volume to a node. */
export function attachmentName({ driver, handle }: Pick<WantedVolume, 'driver' | 'handle'>, node: string): string {
  return `csi-${createHash('sha256').update(`${handle}${driver}${node}`).digest('hex')}`;
}

/** Keys of the claims that a pod's volumes name. */
function claimKeys({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral && `${metadata?.name}-${name}`);
    return claim === undefined ? [] : [`${metadata?.namespace}/${claim}`];
  });
}
