import { fnv1a } from '#base/fnv.ts';
import { seededRandom } from '#base/random.ts';

/** The queues that a flow may use: `handSize` different numbers below `queues`, always the same for one flow. */
export function dealHand(flow: string, queues: number, handSize: number): number[] {
  const random = seededRandom(fnv1a(flow));
  const hand: number[] = [];
  while (hand.length < Math.min(handSize, queues)) {
    const card = Math.floor(random.next() * queues);
    if (!hand.includes(card)) hand.push(card);
  }
  return hand;
}
