import type { ClusterEvent } from '../framework/cluster-event.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable';

/** What brings a pod into a queue, as metrics tell it: something that happened in the cluster, or in the queue itself. */
export type QueueEvent = string;

const GROUPS: readonly (readonly [kind: RegExp, group: string])[] = [
  [/^(CSINode|CSIDriver|CSIStorageCapacity|StorageClass|VolumeAttachment)/, 'storage.k8s.io/'],
  [/^PodGroup/, 'scheduling.k8s.io/'],
  [/^(ResourceClaim|ResourceSlice|DeviceClass)/, 'resource.k8s.io/'],
];

const labels = new Map<ClusterEvent, string>();

/** Upstream's name of an event of the cluster. */
export function labelOf(event: ClusterEvent): string {
  let label = labels.get(event);
  if (label === undefined) {
    const group = GROUPS.find(([kind]) => kind.test(event))?.[1] ?? '';
    label = `${group}${event.replace(/^NodeUpdate/, 'NodeUpdateNode').replace(/^UnscheduledPod/, 'UnschedulablePod')}`;
    labels.set(event, label);
  }
  return label;
}
