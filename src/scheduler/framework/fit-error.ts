import type { Diagnosis } from './framework.ts';

/** Why a pod could not be scheduled, as FailedScheduling events and the PodScheduled condition tell it. */
export function fitErrorMessage({ nodeCount, verdicts, podVerdict }: Diagnosis): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const head = `0/${nodeCount} nodes are available`;
  if (podVerdict) return `${head}: ${podVerdict.reasons.join(', ')}.`;
  const counts = new Map<string, number>();
  for (const { reasons } of verdicts) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return texts.length === 0 ? `${head}.` : `${head}: ${texts.join(', ')}.`;
}
