import { seededRandom } from '#base/random.ts';

/** The queues that a flow may use: `handSize` different numbers below `queues`, always the same for one flow. */
export function dealHand(flow: string, queues: number, handSize: number): number[] {
  const random = seededRandom(hashOf(flow));
  const hand: number[] = [];
  while (hand.length < Math.min(handSize, queues)) {
    const card = Math.floor(random.next() * queues);
    if (!hand.includes(card)) hand.push(card);
  }
  return hand;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
