import type { Pod } from '#api/core/v1/pod.ts';
import type { Extenders } from '../../extender/extenders.ts';
import { type Candidate, candidateOf, compareHarm } from './victims.ts';

/** The candidate that does the least harm of those that extenders agree to, with the victims that they leave. */
export async function agreedWithExtenders(
  extenders: Extenders,
  pod: Pod,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> {
  const proposed = new Map(candidates.map(({ nodeName, pods, violations }) => [nodeName, { pods, violations }]));
  let best: Candidate | undefined;
  for (const [nodeName, { pods, violations }] of await extenders.preempt(pod, proposed)) {
    const candidate = candidateOf({ nodeName, pods, violations });
    if (best === undefined || compareHarm(candidate, best) < 0) best = candidate;
  }
  return best;
}
