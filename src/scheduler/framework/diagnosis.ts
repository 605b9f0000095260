import type { Status } from './status.ts';
import type { Verdicts } from './verdicts.ts';

/** Why a pod fits nowhere. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** What was said of the nodes that were looked at. */
  readonly verdicts: Pick<Verdicts, 'size' | 'counts' | 'of'>;
  /** What holds for the nodes that were not looked at. */
  readonly absent?: Status;
  /** A verdict on the pod as such, before any node was looked at. */
  readonly podVerdict?: Status;
  /** What was said by those who tried to make room. */
  readonly postFilterMessage?: string;
  /** Plugins that refused it. */
  readonly plugins: ReadonlySet<string>;
}

/** Why a pod could not be scheduled, as FailedScheduling events and the PodScheduled condition tell it. */
export function diagnosisMessage({ nodeCount, verdicts, absent, podVerdict, postFilterMessage }: Diagnosis): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const parts = [`0/${nodeCount} nodes are available:`];
  const reasons = podVerdict ? podVerdict.reasons.join(', ') : histogram(verdicts, absent, nodeCount);
  if (reasons) parts.push(`${reasons}.`);
  if (postFilterMessage) parts.push(postFilterMessage);
  return parts.join(' ');
}

function histogram(verdicts: Diagnosis['verdicts'], absent: Status | undefined, nodeCount: number): string {
  const byStatus = new Map(verdicts.counts());
  if (absent && verdicts.size < nodeCount) byStatus.set(absent, nodeCount - verdicts.size);
  const counts = new Map<string, number>();
  for (const [{ reasons }, count] of byStatus) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
