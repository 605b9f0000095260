import { type Namespace, Namespaces } from '#api/core/v1/namespace.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { DeviceClasses } from '#api/resource/v1/device-class.ts';
import { ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, DeviceTaintRules, selectsDevice } from '#api/resource/v1beta2/device-taint-rule.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { CSINodes } from '#api/storage/v1/csi-node.ts';
import { CSIStorageCapacities } from '#api/storage/v1/csi-storage-capacity.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import type { Clock } from '#base/clock.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ClusterEvent, UnscheduledPodChange } from './framework/cluster-event.ts';
import type { Nominations } from './framework/nominations.ts';
import type { Happening } from './queue/happening-log.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';
import type { PodGroupIndex } from './state/pod-group-index.ts';
import { podRequests } from './state/pod-resources.ts';

export interface Followers {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  /** Groups of pods that are scheduled together, where that is on. */
  readonly groups?: PodGroupIndex | undefined;
  /** Whether administrators' rules taint devices. */
  readonly hasTaintRules?: boolean;
  /** Whether some profile is responsible for pods of this scheduler name. */
  readonly isOurs: (schedulerName: string) => boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Ends what is under way to bind a pod that leaves. */
  readonly callOff: (uid: string) => void;
  /** Is told of each event that it was handled, and from when on. */
  readonly handled: (event: ClusterEvent, startedAt: number) => void;
}

/** Keeps state and queue current with what the API server tells. */
export function followCluster(informers: InformerFactory, followers: Followers): void {
  const { state, queue, groups, clock, handled } = followers;
  const happened = (happening: Happening, startedAt = clock.monotonic()) => {
    queue.moveOnEvent(happening);
    handled(happening.name, startedAt);
  };
  informers.of(Nodes).addHandler({
    added: (node) => {
      const startedAt = clock.monotonic();
      state.setNode(node);
      happened({ name: 'NodeAdd', object: node }, startedAt);
    },
    updated: (node, old) => {
      const startedAt = clock.monotonic();
      state.setNode(node);
      for (const name of nodeEvents(node, old)) happened({ name, object: node, old }, startedAt);
    },
    deleted: (node) => {
      const startedAt = clock.monotonic();
      state.removeNode(node.metadata?.name ?? '');
      happened({ name: 'NodeDelete', object: node }, startedAt);
    },
  });
  informers.of(Namespaces).addHandler({
    updated: (namespace: Namespace, old: Namespace) => {
      if (deepEqual(namespace.metadata?.labels, old.metadata?.labels)) return;
      happened({ name: 'NamespaceUpdate', object: namespace, old });
    },
  });
  followStorage(informers, happened);
  if (followers.hasTaintRules) followTaintRules(informers, happened);
  if (groups) followGroups(informers, groups, happened);
  const pods = new PodFollower(followers);
  informers.of(Pods).addHandler({
    added: (pod) => pods.changed(pod, undefined),
    updated: (pod, old) => pods.changed(pod, old),
    deleted: (pod) => pods.gone(pod),
  });
}

/** Kinds of which every change may let a pod have its volumes or devices. */
const STORAGE = [
  ['PersistentVolume', PersistentVolumes],
  ['PersistentVolumeClaim', PersistentVolumeClaims],
  ['StorageClass', StorageClasses],
  ['CSINode', CSINodes],
  ['CSIStorageCapacity', CSIStorageCapacities],
  ['ResourceClaim', ResourceClaims],
  ['ResourceSlice', ResourceSlices],
  ['DeviceClass', DeviceClasses],
] as const;

function followStorage(informers: InformerFactory, happened: (happening: Happening) => void): void {
  for (const [kind, definition] of STORAGE) {
    informers.of(definition as unknown as ResourceDefinition<KubernetesObject>).addHandler({
      added: (object) => happened({ name: `${kind}Add`, object }),
      updated: (object, old) => happened({ name: `${kind}Update`, object, old }),
    });
  }
  informers.of(ResourceClaims).addHandler({
    deleted: (object) => happened({ name: 'ResourceClaimDelete', object }),
  });
  informers.of(VolumeAttachments).addHandler({
    deleted: (object) => happened({ name: 'VolumeAttachmentDelete', object }),
  });
  informers.of(CSIDrivers).addHandler({
    updated: (object, old) => happened({ name: 'CSIDriverUpdate', object, old }),
  });
}

/** A rule that goes or changes leaves the devices of slices with other taints. */
function followTaintRules(informers: InformerFactory, happened: (happening: Happening) => void): void {
  const slices = informers.of(ResourceSlices).store;
  const changed = (...rules: readonly DeviceTaintRule[]) => {
    for (const slice of slices.list()) {
      const { driver, pool, devices = [] } = slice.spec;
      const isTainted = ({ name }: { readonly name: string }) =>
        rules.some((rule) => selectsDevice(rule, { driver, pool: pool.name, device: name }));
      if (devices.some(isTainted)) happened({ name: 'ResourceSliceUpdate', object: slice, old: slice });
    }
  };
  informers.of(DeviceTaintRules).addHandler({
    added: (rule) => changed(rule),
    updated: (rule, old) => deepEqual(rule.spec, old.spec) || changed(rule, old),
    deleted: (rule) => changed(rule),
  });
}

function followGroups(
  informers: InformerFactory,
  groups: PodGroupIndex,
  happened: (happening: Happening) => void,
): void {
  informers.of(PodGroups).addHandler({
    added: (group) => {
      groups.setGroup(group);
      happened({ name: 'PodGroupAdd', object: group });
    },
    updated: (group) => groups.setGroup(group),
    deleted: (group) => groups.deleteGroup(group),
  });
}

/** What changed about a node, as far as a pod might care. */
function nodeEvents(node: Node, old: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (!deepEqual(node.status?.allocatable, old.status?.allocatable)) events.push('NodeUpdateAllocatable');
  if (!deepEqual(node.metadata?.labels, old.metadata?.labels)) events.push('NodeUpdateLabel');
  const isOpened = old.spec?.unschedulable && !node.spec?.unschedulable;
  if (isOpened || !deepEqual(node.spec?.taints ?? [], old.spec?.taints ?? [])) events.push('NodeUpdateTaint');
  const conditions = ({ status }: Node) => (status?.conditions ?? []).map(({ type, status: value }) => [type, value]);
  if (!deepEqual(conditions(node), conditions(old))) events.push('NodeUpdateCondition');
  if (!deepEqual(node.status?.declaredFeatures, old.status?.declaredFeatures)) events.push('NodeUpdateDeclaredFeature');
  return events;
}

class PodFollower {
  readonly #followers: Followers;

  constructor(followers: Followers) {
    this.#followers = followers;
  }

  changed(pod: Pod, old: Pod | undefined): void {
    if (isOver(pod)) return this.gone(pod);
    const { groups, isOurs, clock, handled } = this.#followers;
    const startedAt = clock.monotonic();
    groups?.setPod(pod);
    const nodeName = pod.spec?.nodeName;
    if (nodeName) {
      this.#placed(pod, old, nodeName);
      handled(old?.spec?.nodeName ? 'AssignedPodUpdate' : 'AssignedPodAdd', startedAt);
    } else if (isOurs(pod.spec?.schedulerName ?? 'default-scheduler')) {
      this.#waits(pod, old);
      handled(old ? 'UnscheduledPodUpdate' : 'UnscheduledPodAdd', startedAt);
    }
  }

  gone(pod: Pod): void {
    const { clock, handled } = this.#followers;
    const startedAt = clock.monotonic();
    this.#forget(pod);
    handled(pod.spec?.nodeName ? 'AssignedPodDelete' : 'UnscheduledPodDelete', startedAt);
  }

  #forget(pod: Pod): void {
    const { state, queue, nominations, groups } = this.#followers;
    const uid = pod.metadata?.uid ?? '';
    nominations.delete(uid);
    groups?.deletePod(pod);
    if (state.isAssumed(uid)) return this.#leaves(pod);
    queue.remove(uid);
    state.removePod(uid);
    // Whoever waits for a pod that was nominated hears of it, too.
    if (pod.spec?.nodeName) queue.moveOnEvent({ name: 'AssignedPodDelete', object: pod });
    else if (pod.status?.nominatedNodeName) this.#givesUp(pod);
  }

  /** A pod that was about to be bound never will be: its room is there for others at once. */
  #leaves(pod: Pod): void {
    const { state, queue, callOff } = this.#followers;
    const uid = pod.metadata?.uid ?? '';
    queue.remove(uid);
    callOff(uid);
    state.removePod(uid);
    queue.moveOnEvent({ name: 'AssignedPodDelete', object: pod });
  }

  /** A pod no longer keeps room on a node where it was expected; pods of higher priority never respected that. */
  #givesUp(pod: Pod): void {
    this.#followers.queue.moveOnEvent({ name: 'AssignedPodDelete', object: pod, upTo: pod.spec?.priority ?? 0 });
  }

  #placed(pod: Pod, old: Pod | undefined, nodeName: string): void {
    const { state, queue, nominations } = this.#followers;
    const uid = pod.metadata?.uid ?? '';
    const changed = state.placePod(state.describe(pod), nodeName);
    const wasPlaced = Boolean(old?.spec?.nodeName);
    if (!wasPlaced) {
      nominations.delete(uid);
      queue.remove(uid);
      queue.moveOnEvent({ name: 'AssignedPodAdd', object: pod });
    } else if (changed && old) {
      queue.moveOnEvent({ name: 'AssignedPodUpdate', object: pod, old });
    }
  }

  #waits(pod: Pod, old: Pod | undefined): void {
    const { state, queue, nominations, groups } = this.#followers;
    const uid = pod.metadata?.uid ?? '';
    const isLeaving = pod.metadata?.deletionTimestamp && !old?.metadata?.deletionTimestamp;
    const isAssumed = state.isAssumed(uid);
    if (isAssumed && isLeaving) return this.#leaves(pod);
    const isSame = old !== undefined && isUnchanged(pod, old);
    const changes = () => (old === undefined ? [] : podChanges(pod, old).map((name) => ({ name, object: pod, old })));
    if (isAssumed) {
      // It counts as what it was when it got its node, until it is bound.
      if (!isSame) queue.amend(state.describe(pod), changes());
      return;
    }
    const known = isSame ? queue.infoOf(uid) : undefined;
    const info = known ? { ...known, pod } : state.describe(pod);
    const nominated = pod.status?.nominatedNodeName ?? '';
    // Room is kept for what the pod asks for now, wherever it is expected.
    const expectedOn = isSame ? undefined : nominations.nodeOf(uid);
    if (nominated !== (old?.status?.nominatedNodeName ?? '')) nominations.set(info, nominated);
    else if (expectedOn !== undefined) nominations.set(info, expectedOn);
    if (isSame) queue.refresh(info);
    else queue.put(info, changes());
    if (old?.status?.nominatedNodeName && old.status.nominatedNodeName !== nominated) this.#givesUp(old);
    if (groups?.keyOf(pod) && old === undefined) queue.moveOnEvent({ name: 'UnscheduledPodAdd', object: pod });
  }
}

/** What changed about a pod without a node, as far as a plugin that refused it might care. */
function podChanges(pod: Pod, old: Pod): UnscheduledPodChange[] {
  const changes: UnscheduledPodChange[] = [];
  if (!deepEqual(pod.metadata?.labels ?? {}, old.metadata?.labels ?? {})) changes.push('UnscheduledPodUpdatePodLabel');
  if (asksForLess(pod, old)) changes.push('UnscheduledPodUpdatePodScaleDown');
  if (old.spec?.schedulingGates?.length && !pod.spec?.schedulingGates?.length)
    changes.push('UnscheduledPodUpdatePodSchedulingGatesEliminated');
  if (pod.spec?.tolerations?.length !== old.spec?.tolerations?.length)
    changes.push('UnscheduledPodUpdatePodToleration');
  const claims = ({ status }: Pod) => [status?.resourceClaimStatuses ?? [], status?.extendedResourceClaimStatus];
  if (!deepEqual(claims(pod), claims(old))) changes.push('UnscheduledPodUpdatePodGeneratedResourceClaim');
  return changes.length > 0 ? changes : ['UnscheduledPodUpdate'];
}

function asksForLess(pod: Pod, old: Pod): boolean {
  const now = podRequests(pod);
  return [...podRequests(old)].some(([name, amount]) => amount > (now.get(name) ?? 0));
}

/** Whether nothing has changed that decides where a pod fits: its status alone (our own condition, for example) does not. */
const isUnchanged = (pod: Pod, old: Pod): boolean =>
  deepEqual(old.spec, pod.spec) &&
  deepEqual(old.metadata?.labels, pod.metadata?.labels) &&
  old.metadata?.deletionTimestamp === pod.metadata?.deletionTimestamp &&
  deepEqual(old.metadata?.ownerReferences, pod.metadata?.ownerReferences) &&
  deepEqual(old.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses);

const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
