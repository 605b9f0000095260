import type { Node } from '#api/core/v1/node.ts';
import type { VolumeAttachment } from '#api/storage/v1/volume-attachment.ts';

/** A volume that pods of a node need, of a driver that attaches. */
export interface WantedVolume {
  readonly volume: string;
  readonly driver: string;
  readonly handle: string;
  /** Whether only one node may have it at a time. */
  readonly exclusive: boolean;
}

/** What is to be done about the volumes of one node. */
export interface AttachPlan {
  readonly attach: readonly WantedVolume[];
  /** Volumes that another node has still. */
  readonly blocked: readonly WantedVolume[];
  readonly detach: readonly VolumeAttachment[];
  /** Names of volumes that the node still uses: looked at again when it has had time. */
  readonly waiting: readonly string[];
}

/** A node that says nothing of giving a volume up for so long is not waited for any more. */
export const MAX_WAIT_MS = 360_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** As nodes call a volume in their status. */
export const uniqueName = ({ driver, handle }: Pick<WantedVolume, 'driver' | 'handle'>): string =>
  `kubernetes.io/csi/${driver}^${handle}`;

export interface NodeView {
  readonly node: Node | undefined;
  readonly wanted: readonly WantedVolume[];
  /** Attachments to this node that this controller made. */
  readonly attachments: readonly VolumeAttachment[];
  /** Attachments to any node. */
  readonly everywhere: readonly VolumeAttachment[];
  /** The name that the node's status has for an attachment. */
  readonly nameOf: (attachment: VolumeAttachment) => string | undefined;
  /** For how long an attachment has not been wanted, in milliseconds. */
  readonly unwantedFor: (attachment: VolumeAttachment) => number;
}

export function planAttachments(view: NodeView): AttachPlan {
  const { node, wanted, attachments, everywhere } = view;
  const has = (list: readonly VolumeAttachment[], { volume }: WantedVolume) =>
    list.some(({ spec }) => spec.source.persistentVolumeName === volume);
  const missing = node === undefined ? [] : wanted.filter((one) => !has(attachments, one));
  const elsewhere = everywhere.filter(({ spec }) => spec.nodeName !== node?.metadata?.name);
  const blocked = missing.filter((one) => one.exclusive && has(elsewhere, one));
  const unwanted = attachments.filter(
    ({ metadata, spec }) =>
      metadata?.deletionTimestamp === undefined &&
      !wanted.some(({ volume }) => volume === spec.source.persistentVolumeName),
  );
  const isReleased = (attachment: VolumeAttachment): boolean => {
    if (node === undefined || node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return true;
    if (!node.status?.volumesInUse?.includes(view.nameOf(attachment) ?? '')) return true;
    return view.unwantedFor(attachment) >= MAX_WAIT_MS;
  };
  return {
    attach: missing.filter((one) => !blocked.includes(one)),
    blocked,
    detach: unwanted.filter(isReleased),
    waiting: unwanted.filter((one) => !isReleased(one)).map(({ metadata }) => metadata?.name ?? ''),
  };
}

/** Why a pod must wait for a volume: pods of other namespaces are not named. */
export function blockedMessage(volume: string, namespace: string, users: readonly ObjectName[]): string {
  const start = `Multi-Attach error for volume ${JSON.stringify(volume)} Volume is already`;
  if (users.length === 0) return `${start} exclusively attached to one node and can't be attached to another`;
  const own = users.filter((user) => user.namespace === namespace).map(({ name }) => name);
  const others = `${users.length - own.length} pod(s) in different namespaces`;
  if (own.length === 0) return `${start} used by ${others}`;
  return `${start} used by pod(s) ${own.join(', ')}${own.length < users.length ? ` and ${others}` : ''}`;
}

export interface ObjectName {
  readonly namespace?: string;
  readonly name?: string;
}
