import type { DaemonSet, DaemonSetStatus } from '#api/apps/v1/daemon-set.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isPodAvailable, isPodFinished, isPodReady } from '../shared/pods.ts';
import { REVISION_HASH } from '../shared/revisions/revision-plan.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { daemonOnNode, nodeOf } from './daemon-pod.ts';

export interface DaemonState {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** The hash that pods of the present template bear. */
  readonly hash: string;
  readonly now: number;
}

export interface DaemonPlan {
  /** Names of nodes that lack a daemon. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** To be removed, too, though not too often on one node. */
  readonly failed: readonly Pod[];
}

const isTerminating = ({ metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined;
const isCurrent = ({ metadata }: Pod, hash: string): boolean => metadata?.labels?.[REVISION_HASH] === hash;

export function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    // Whoever keeps it, it works no more: another may come in its place.
    if (isTerminating(pod) && isPodFinished(pod)) continue;
    const node = nodeOf(pod) ?? '';
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  return byNode;
}

/** One working daemon for each node that wants one, none for the others; then the rolling update. */
export function planDaemons(state: DaemonState): DaemonPlan {
  const plan = { create: [] as string[], remove: [] as Pod[], failed: [] as Pod[] };
  const byNode = podsByNode(state.pods);
  for (const node of state.nodes) planNode(state, node, byNode.get(node.metadata?.name ?? '') ?? [], plan);
  plan.remove.push(...homeless(state, byNode));
  if (state.set.spec?.updateStrategy?.type === 'OnDelete') return plan;
  const update = planUpdate(state, byNode);
  return {
    ...plan,
    create: [...plan.create, ...update.create],
    remove: [...new Set([...plan.remove, ...update.remove])],
  };
}

/** Daemons that wait for a node that is gone: nobody else removes them. */
function homeless({ nodes }: DaemonState, byNode: ReadonlyMap<string, readonly Pod[]>): Pod[] {
  const names = new Set(nodes.map(({ metadata }) => metadata?.name));
  const lost = [...byNode].filter(([name]) => !names.has(name)).flatMap(([, pods]) => pods);
  return lost.filter((pod) => !pod.spec?.nodeName && !isTerminating(pod));
}

function planNode(
  { set, hash, now }: DaemonState,
  node: Node,
  pods: readonly Pod[],
  plan: { readonly create: string[]; readonly remove: Pod[]; readonly failed: Pod[] },
): void {
  const { runs, stays } = daemonOnNode(set, node);
  if (pods.length === 0) {
    if (runs) plan.create.push(node.metadata?.name ?? '');
    return;
  }
  if (!runs && !stays) {
    plan.remove.push(...pods.filter((pod) => !isTerminating(pod)));
    return;
  }
  const present = pods.filter((pod) => !isTerminating(pod));
  plan.failed.push(...present.filter(({ status }) => status?.phase === 'Failed'));
  plan.remove.push(...present.filter(({ status }) => status?.phase === 'Succeeded'));
  const running = present.filter((pod) => !isPodFinished(pod)).sort(byAge);
  if (surgeOf(set, 1) === 0) {
    plan.remove.push(...running.slice(1));
    return;
  }
  // While an update surges, a node has one daemon of each kind, until the new one works or the old one does not.
  const [fresh, ...moreFresh] = running.filter((pod) => isCurrent(pod, hash));
  const [old, ...moreOld] = running.filter((pod) => !isCurrent(pod, hash));
  plan.remove.push(...moreFresh, ...moreOld);
  const { minReadySeconds = 0 } = set.spec ?? {};
  if (old && fresh && (!isPodReady(old) || isPodAvailable(fresh, minReadySeconds, now))) plan.remove.push(old);
}

/** Bound ones first, then the oldest. */
function byAge(a: Pod, b: Pod): number {
  if (Boolean(a.spec?.nodeName) !== Boolean(b.spec?.nodeName)) return a.spec?.nodeName ? -1 : 1;
  const [left, right] = [a, b].map(({ metadata }) => `${metadata?.creationTimestamp ?? ''} ${metadata?.name}`);
  return (left as string) < (right as string) ? -1 : 1;
}

const surgeOf = ({ spec }: DaemonSet, desired: number): number =>
  scaledValue(spec?.updateStrategy?.rollingUpdate?.maxSurge, desired, 'up');

function planUpdate(state: DaemonState, byNode: ReadonlyMap<string, readonly Pod[]>) {
  const { set, nodes, hash, now } = state;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const wanted = nodes.filter((node) => daemonOnNode(set, node).runs);
  const surge = surgeOf(set, wanted.length);
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  let room = Math.max(scaledValue(maxUnavailable, wanted.length, 'up'), surge > 0 ? 0 : 1);
  let surgeRoom = surge;
  const available = (pod: Pod) => !isTerminating(pod) && isPodAvailable(pod, minReadySeconds, now);
  const candidates: Pod[] = [];
  const broken: Pod[] = [];
  const surging: string[] = [];
  const replaced: string[] = [];
  for (const node of wanted) {
    const name = node.metadata?.name ?? '';
    const pods = byNode.get(name) ?? [];
    const old = pods.find((pod) => !isTerminating(pod) && !isCurrent(pod, hash));
    const fresh = pods.find((pod) => !isTerminating(pod) && isCurrent(pod, hash));
    if (surge > 0) {
      if (old && fresh && available(fresh)) broken.push(old);
      else if (old && !fresh) (available(old) ? surging : replaced).push(name);
      if (old && fresh && !available(fresh)) surgeRoom--;
      continue;
    }
    if (!pods.some(available)) room--;
    if (old) (available(old) ? candidates : broken).push(old);
  }
  return {
    remove: [...broken, ...candidates.slice(0, Math.max(0, room))],
    // Where the old one does not work, another one costs nothing.
    create: [...replaced, ...surging.slice(0, Math.max(0, surgeRoom))],
  };
}

/** The counts of a set: of nodes, not of pods. */
export function daemonStatus(state: DaemonState, collisions: number | undefined): DaemonSetStatus {
  const { set, nodes, hash, now } = state;
  const byNode = podsByNode(state.pods);
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const [pod] = [...(byNode.get(node.metadata?.name ?? '') ?? [])].sort(byAge);
    const { runs } = daemonOnNode(set, node);
    if (runs) count.desired++;
    if (pod === undefined) continue;
    if (!runs) {
      count.misscheduled++;
      continue;
    }
    count.current++;
    if (isPodReady(pod)) count.ready++;
    if (isPodAvailable(pod, minReadySeconds, now)) count.available++;
    if (isCurrent(pod, hash)) count.updated++;
  }
  return {
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    desiredNumberScheduled: count.desired,
    numberReady: count.ready,
    observedGeneration: set.metadata?.generation,
    updatedNumberScheduled: count.updated,
    numberAvailable: count.available,
    numberUnavailable: count.desired - count.available,
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
    ...(set.status?.conditions ? { conditions: set.status.conditions } : {}),
  };
}
