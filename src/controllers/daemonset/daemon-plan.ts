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
    create: [...new Set([...plan.create, ...update.create])],
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
  if (running.length === 0 && runs) {
    // The next one does not wait until the last one has gone.
    plan.create.push(node.metadata?.name ?? '');
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

/** The daemons of a node that are not on their way out, where there is at most one of each kind. */
interface Pair {
  readonly node: string;
  readonly runs: boolean;
  readonly old: Pod | undefined;
  readonly fresh: Pod | undefined;
}

/** Every node that wants a daemon or may keep one; undefined in place of those with daemons too many, which go first. */
function pairsOf({ set, nodes, hash }: DaemonState, byNode: ReadonlyMap<string, readonly Pod[]>) {
  const known = nodes.map((node) => ({ name: node.metadata?.name ?? '', ...daemonOnNode(set, node) }));
  return known
    .filter(({ name, runs, stays }) => runs || (stays && byNode.has(name)))
    .map(({ name, runs }): Pair | undefined => {
      const present = (byNode.get(name) ?? []).filter((pod) => !isTerminating(pod));
      const [fresh, ...moreFresh] = present.filter((pod) => isCurrent(pod, hash));
      const [old, ...moreOld] = present.filter((pod) => !isCurrent(pod, hash));
      return moreFresh.length + moreOld.length > 0 ? undefined : { node: name, runs, old, fresh };
    });
}

function planUpdate(state: DaemonState, byNode: ReadonlyMap<string, readonly Pod[]>) {
  const { set, nodes, now } = state;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const desired = nodes.filter((node) => daemonOnNode(set, node).runs).length;
  const available = (pod: Pod) => isPodAvailable(pod, minReadySeconds, now);
  const pairs = pairsOf(state, byNode);
  const surge = surgeOf(set, desired);
  if (surge > 0) return planSurge(pairs, { surge, desired, available });
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {};
  return planReplacement(pairs, { room: Math.max(scaledValue(maxUnavailable, desired, 'up'), 1), available });
}

/** Old daemons go: those that do not work at once, of the others as many as may be missing. */
function planReplacement(
  pairs: readonly (Pair | undefined)[],
  { room, available }: { readonly room: number; readonly available: (pod: Pod) => boolean },
) {
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let missing = 0;
  for (const pair of pairs) {
    const { old, fresh } = pair ?? {};
    const only = old && fresh ? undefined : (old ?? fresh);
    if (only === undefined || !available(only)) missing++;
    if (old && only === old) (available(old) ? candidates : broken).push(old);
  }
  return { remove: [...broken, ...candidates.slice(0, Math.max(0, room - missing))], create: [] };
}

/** New daemons come beside old ones: beside those that do not work at once, beside others as many as may be too many. */
function planSurge(
  pairs: readonly (Pair | undefined)[],
  limits: { readonly surge: number; readonly desired: number; readonly available: (pod: Pod) => boolean },
) {
  const { surge, desired, available } = limits;
  const remove: Pod[] = [];
  const unwanted: Pod[] = [];
  const replaced: string[] = [];
  const surging: string[] = [];
  let surged = 0;
  let working = 0;
  for (const pair of pairs) {
    if (pair === undefined) {
      surged++;
      continue;
    }
    const { node, runs, old, fresh } = pair;
    const first = old ?? fresh;
    if (first && available(first)) working++;
    if (old === undefined) continue;
    if (fresh === undefined) {
      if (runs) (available(old) ? surging : replaced).push(node);
      else (available(old) ? unwanted : remove).push(old);
    } else if (available(fresh)) remove.push(old);
    else surged++;
  }
  return {
    // Where none is wanted any more they go once enough others work.
    remove: [...remove, ...unwanted.slice(0, Math.max(0, working - desired))],
    create: [...replaced, ...surging.slice(0, Math.max(0, surge - surged))],
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
