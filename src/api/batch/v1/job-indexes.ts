/** A list of indexes such as `1,3-5`, read: how many there are and their ranges, or why it cannot be read. */
export type JobIndexes =
  | { readonly total: number; readonly ranges: readonly (readonly [first: number, last: number])[] }
  | { readonly error: string };

/** Reads increasing numbers and ranges, all of them below `completions`. */
export function parseJobIndexes(text: string, completions: number): JobIndexes {
  const ranges: (readonly [number, number])[] = [];
  let last: number | undefined;
  let total = 0;
  if (text === '') return { total, ranges };
  for (const part of text.split(',')) {
    const range = parseRange(part, completions);
    if (typeof range === 'string') return { error: range };
    const [from, to] = range;
    if (last !== undefined && last >= from) return { error: disorder(last, from) };
    total += to - from + 1;
    last = to;
    ranges.push(range);
  }
  return { total, ranges };
}

const disorder = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`;

/** The first and the last index of a range, or what is wrong with it. */
function parseRange(text: string, completions: number): readonly [number, number] | string {
  const limits = text.split('-');
  if (limits.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  const numbers: number[] = [];
  for (const limit of limits) {
    if (!/^[+]?[0-9]+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
    const index = Number(limit);
    if (index >= completions) return `too large index: ${JSON.stringify(limit)}`;
    numbers.push(index);
  }
  const [from = 0, to] = numbers;
  if (to === undefined) return [from, from];
  return from >= to ? disorder(from, to) : [from, to];
}

/** The first index that two lists share; what cannot be read shares nothing. */
export function sharedIndex(one: JobIndexes, other: JobIndexes): number | undefined {
  if ('error' in one || 'error' in other) return undefined;
  // Both are in order: what ends before this range ends before all that follow.
  let at = 0;
  for (const [from, to] of one.ranges) {
    while ((other.ranges[at]?.[1] ?? to) < from) at++;
    const [first] = other.ranges[at] ?? [];
    if (first !== undefined && first <= to) return Math.max(from, first);
  }
  return undefined;
}
