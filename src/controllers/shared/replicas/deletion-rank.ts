import type { Pod } from '#api/core/v1/pod.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { isPodActive, isPodReady, readySince } from '../pods.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** A pod and what decides how early it is deleted. */
interface Ranked {
  readonly pod: Pod;
  /** Compared in order, the lesser is deleted first. */
  readonly keys: readonly number[];
}

/**
 * Pods in the order in which a shrinking owner deletes them: unassigned, pending, not ready, cheap, doubled up on one
 * node, ready for a short time, restarted often, young. Ages count by powers of two, so that not always the youngest go.
 * `related` are the pods of the owner's siblings too.
 */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[], now: number): Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName;
    if (node && isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  return pods
    .map((pod): Ranked => ({ pod, keys: keysOf(pod, onNode.get(pod.spec?.nodeName ?? '') ?? 0, now) }))
    .sort(compare)
    .map(({ pod }) => pod);
}

function keysOf(pod: Pod, doubled: number, now: number): number[] {
  const ready = isPodReady(pod);
  const created = pod.metadata?.creationTimestamp;
  return [
    pod.spec?.nodeName ? 1 : 0,
    PHASES[pod.status?.phase ?? ''] ?? 0,
    ready ? 1 : 0,
    deletionCost(pod),
    -doubled,
    ready ? ageRank(readySince(pod), now) : 0,
    -maxRestarts(pod, false),
    -maxRestarts(pod, true),
    ageRank(created === undefined ? undefined : parseTime(created), now),
  ];
}

function compare(a: Ranked, b: Ranked): number {
  for (let i = 0; i < a.keys.length; i++) {
    const difference = (a.keys[i] as number) - (b.keys[i] as number);
    if (difference !== 0) return difference;
  }
  const [uidA, uidB] = [a.pod.metadata?.uid ?? '', b.pod.metadata?.uid ?? ''];
  return uidA < uidB ? -1 : uidA > uidB ? 1 : 0;
}

/** The power of two of an age in nanoseconds; no time at all comes before every age. */
function ageRank(since: number | undefined, now: number): number {
  if (since === undefined) return -2;
  return now > since ? Math.trunc(Math.log2((now - since) * 1e6)) : -1;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.[DELETION_COST];
  return text !== undefined && /^([1-9]\d*|-[1-9]\d*|0)$/.test(text) ? Number(text) : 0;
}

function maxRestarts(pod: Pod, sidecars: boolean): number {
  const names = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const statuses = sidecars
    ? (pod.status?.initContainerStatuses ?? []).filter(({ name }) => names.has(name))
    : (pod.status?.containerStatuses ?? []);
  return Math.max(0, ...statuses.map(({ restartCount }) => restartCount));
}
