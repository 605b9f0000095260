import type { StatefulSet } from '#api/apps/v1/stateful-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isPodAvailable, isPodFinished, isPodReady } from '../shared/pods.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { ordinalOf, revisionNameOf } from './stateful-pod.ts';

/** One thing to do with the pods of a set. */
export type Step =
  | { readonly type: 'create'; readonly ordinal: number; readonly revision: string }
  | { readonly type: 'delete'; readonly pod: Pod };

export interface StatefulState {
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  /** Names of the revisions. */
  readonly current: string;
  readonly update: string;
  readonly now: number;
  /** Whether an update may leave as many pods missing as the set says, rather than one. */
  readonly honoursMaxUnavailable?: boolean;
}

/** The pods of a set by ordinal: those it wants and, from the highest, those it does not. */
function arrange({ set, pods }: StatefulState) {
  const start = set.spec?.ordinals?.start ?? 0;
  const end = start + (set.spec?.replicas ?? 1);
  const wanted = new Map<number, Pod>();
  const condemned: { readonly ordinal: number; readonly pod: Pod }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod, set.metadata?.name ?? '');
    if (ordinal === undefined) continue;
    if (ordinal >= start && ordinal < end) wanted.set(ordinal, pod);
    else condemned.push({ ordinal, pod });
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  return { start, end, wanted, condemned: condemned.map(({ pod }) => pod) };
}

const isTerminating = ({ metadata }: Pod): boolean => metadata?.deletionTimestamp !== undefined;
const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);
const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod);

/** So much is done at a time, and the rest when that is seen: a set may want more pods than there is memory for. */
const BURST = 500;

/**
 * What to do now. In order, each pod waits until all before it are available; in parallel none waits. Pods are replaced
 * by an update only once all wanted ones are there.
 */
export function planStateful(state: StatefulState): Step[] {
  const { set, now } = state;
  if (set.metadata?.deletionTimestamp) return [];
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const { start, end, wanted, condemned } = arrange(state);
  const steps: Step[] = [];
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = wanted.get(ordinal);
    const step = stepFor(state, ordinal, pod);
    if (step) steps.push(step);
    const settled = pod !== undefined && isHealthy(pod) && isPodAvailable(pod, minReadySeconds, now);
    if (ordered && !settled) return steps;
    if (steps.length >= BURST) return steps;
  }
  // Of those that do not work only the first may go, in the order of ordinals and the wanted ones before the others.
  const inOrder = [...wanted].sort(([a], [b]) => a - b).map(([, pod]) => pod);
  const isMissing = (pod: Pod) => !isHealthy(pod) || !isPodAvailable(pod, minReadySeconds, now);
  const firstMissing = [...inOrder, ...condemned.toReversed()].find(isMissing);
  for (const pod of condemned) {
    if (ordered && isTerminating(pod)) return steps;
    const works = isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, now);
    if (ordered && !works && pod !== firstMissing) return steps;
    if (!isTerminating(pod)) steps.push({ type: 'delete', pod });
    if (ordered) return steps;
  }
  return steps.length > 0 ? steps : planUpdate(state);
}

function stepFor(state: StatefulState, ordinal: number, pod: Pod | undefined): Step | undefined {
  if (pod === undefined) return { type: 'create', ordinal, revision: revisionFor(state, ordinal) };
  // A pod that has come to its end makes room for its successor.
  return isPodFinished(pod) && !isTerminating(pod) ? { type: 'delete', pod } : undefined;
}

/** A pod below the partition, or not reached by the update yet, comes back as it was. */
function revisionFor({ set, current, update }: StatefulState, ordinal: number): string {
  const start = set.spec?.ordinals?.start ?? 0;
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (current === update || type === 'OnDelete') return update;
  const kept = rollingUpdate?.partition ?? 0;
  const untouched = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : kept;
  return ordinal < start + untouched ? current : update;
}

/**
 * Replaces pods of another revision, from the highest ordinal down to the partition: one at a time, which the next waits
 * for, or as many as may be missing where the set says how many.
 */
function planUpdate(state: StatefulState): Step[] {
  const { set, update, now, honoursMaxUnavailable } = state;
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const { start, end, wanted } = arrange(state);
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const works = (pod: Pod) => isHealthy(pod) && isPodAvailable(pod, minReadySeconds, now);
  const isOutdated = (pod: Pod) => revisionNameOf(pod) !== update && !isTerminating(pod);
  const reached = [...wanted]
    .filter(([ordinal]) => ordinal >= start + (rollingUpdate?.partition ?? 0))
    .sort(([a], [b]) => b - a)
    .map(([, pod]) => pod);
  const limit = honoursMaxUnavailable ? rollingUpdate?.maxUnavailable : undefined;
  if (limit === undefined) {
    const first = reached.find((pod) => isOutdated(pod) || !works(pod));
    return first && isOutdated(first) ? [{ type: 'delete', pod: first }] : [];
  }
  const missing = [...wanted.values()].filter((pod) => !works(pod)).length;
  const more = Math.max(1, scaledValue(limit, end - start, 'down')) - missing;
  return reached
    .filter(isOutdated)
    .slice(0, Math.max(0, more))
    .map((pod) => ({ type: 'delete', pod }));
}
