/** Lines that are the same in two texts: `size` of them, from `a` in the one and `b` in the other. */
export interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/** From so many lines on, those that are everywhere say nothing of where something belongs. */
const MANY = 200;

/**
 * What two texts have in common, in order: the longest run of lines first, then the same before it and behind it, as
 * difflib of Python and Go do it, with the same choice between runs of one length.
 */
export function matchingLines(a: readonly string[], b: readonly string[]): Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const waiting: Range[] = [{ a: 0, aEnd: a.length, b: 0, bEnd: b.length }];
  for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
    const match = longestMatch({ a, b, places }, range);
    if (match.size === 0) continue;
    found.push(match);
    if (range.a < match.a && range.b < match.b) waiting.push({ ...range, aEnd: match.a, bEnd: match.b });
    const [a2, b2] = [match.a + match.size, match.b + match.size];
    if (a2 < range.aEnd && b2 < range.bEnd) waiting.push({ ...range, a: a2, b: b2 });
  }
  return joined(found.sort((one, other) => one.a - other.a || one.b - other.b));
}

/** Where each line stands. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const known = places.get(line);
    if (known) known.push(index);
    else places.set(line, [index]);
  }
  const most = Math.floor(lines.length / 100) + 1;
  if (lines.length >= MANY) for (const [line, at] of places) if (at.length > most) places.delete(line);
  return places;
}

interface Texts {
  readonly a: readonly string[];
  readonly b: readonly string[];
  readonly places: ReadonlyMap<string, readonly number[]>;
}

function longestMatch({ a, b, places }: Texts, range: Range): Match {
  let [bestA, bestB, size] = [range.a, range.b, 0];
  let lengths = new Map<number, number>();
  for (let i = range.a; i < range.aEnd; i++) {
    const longer = new Map<number, number>();
    for (const j of places.get(a[i] as string) ?? []) {
      if (j < range.b) continue;
      if (j >= range.bEnd) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      longer.set(j, length);
      if (length > size) [bestA, bestB, size] = [i - length + 1, j - length + 1, length];
    }
    lengths = longer;
  }
  // Lines that are everywhere belong to what they stand beside.
  while (bestA > range.a && bestB > range.b && a[bestA - 1] === b[bestB - 1])
    [bestA, bestB, size] = [bestA - 1, bestB - 1, size + 1];
  while (bestA + size < range.aEnd && bestB + size < range.bEnd && a[bestA + size] === b[bestB + size]) size++;
  return { a: bestA, b: bestB, size };
}

/** Matches that meet are one. */
function joined(matches: readonly Match[]): Match[] {
  const whole: Match[] = [];
  for (const match of matches) {
    const last = whole.at(-1);
    if (last && last.a + last.size === match.a && last.b + last.size === match.b)
      whole[whole.length - 1] = { ...last, size: last.size + match.size };
    else whole.push(match);
  }
  return whole;
}
