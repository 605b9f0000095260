import type { Random } from '#base/random.ts';

/** Which of these scores is the highest; of several, any. */
export function indexOfBest(scores: Float64Array, random: Random): number {
  let highest = Number.NEGATIVE_INFINITY;
  let ties = 0;
  let first = 0;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    if (score > highest) {
      highest = score;
      ties = 1;
      first = index;
    } else if (score === highest) ties++;
  }
  if (ties < 2) return first;
  let passed = Math.floor(random.next() * ties);
  for (let index = first; index < scores.length; index++) {
    if (scores[index] === highest && passed-- === 0) return index;
  }
  return first;
}
