/** Numbers of nodes from and to which a time holds; they overlap, so that one node more or less changes nothing twice. */
const LEVELS = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1000, seconds: 30 },
  { from: 900, to: 2000, seconds: 60 },
  { from: 1800, to: 10_000, seconds: 300 },
  { from: 9000, to: Number.POSITIVE_INFINITY, seconds: 600 },
] as const;

/** The level for a number of nodes, coming from another one. */
export function nextLevel(level: number, nodes: number): number {
  let next = level;
  while (nodes > (LEVELS[next]?.to ?? Number.POSITIVE_INFINITY)) next++;
  while (nodes < (LEVELS[next]?.from ?? 0)) next--;
  return next;
}

export const secondsAt = (level: number): number => LEVELS[level]?.seconds ?? 0;
