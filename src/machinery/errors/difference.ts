import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { type Match, matchingLines } from './matching-lines.ts';

/** Lines that are shown around what differs. */
const CONTEXT = 3;
/** Texts of more lines are not looked at line by line: that takes longer than anybody waits. */
const MOST_LINES = 4000;

/** A stretch of two texts that is the same in both, or not. */
interface Stretch {
  readonly isSame: boolean;
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/**
 * What changed between two values, as upstream tells it: their JSON line by line, what went and what came with a few lines
 * around. Values are shown in the form that upstream has them in (`internalForm`). '' when nothing did.
 */
export function difference(before: unknown, after: unknown): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  const isLong = a.length > MOST_LINES || b.length > MOST_LINES;
  return hunks(stretches(isLong ? ends(a, b) : matchingLines(a, b), a.length, b.length))
    .map((hunk) => textOf(hunk, a, b))
    .join('');
}

const linesOf = (value: unknown): string[] =>
  stringifyJson(value, 1)
    .replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .split('\n');

/** What Go does not write into JSON as it is. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/** What two texts begin and end with alike. */
function ends(a: readonly string[], b: readonly string[]): Match[] {
  const most = Math.min(a.length, b.length);
  let first = 0;
  while (first < most && a[first] === b[first]) first++;
  let last = 0;
  while (last < most - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last++;
  const all = [
    { a: 0, b: 0, size: first },
    { a: a.length - last, b: b.length - last, size: last },
  ];
  return all.filter(({ size }) => size > 0);
}

function stretches(matches: readonly Match[], aLength: number, bLength: number): Stretch[] {
  const all: Stretch[] = [];
  let [a, b] = [0, 0];
  for (const match of [...matches, { a: aLength, b: bLength, size: 0 }]) {
    if (a < match.a || b < match.b) all.push({ isSame: false, a, aEnd: match.a, b, bEnd: match.b });
    [a, b] = [match.a + match.size, match.b + match.size];
    if (match.size > 0) all.push({ isSame: true, a: match.a, aEnd: a, b: match.b, bEnd: b });
  }
  return all;
}

/** Stretches that differ, those that are near each other together, with what is around them. */
function hunks(all: readonly Stretch[]): Stretch[][] {
  const groups: Stretch[][] = [];
  let group: Stretch[] = [];
  for (const [index, stretch] of all.entries()) {
    if (!stretch.isSame) {
      group.push(stretch);
      continue;
    }
    const isLast = index === all.length - 1;
    const head = { ...stretch, aEnd: stretch.a + CONTEXT, bEnd: stretch.b + CONTEXT };
    const tail = { ...stretch, a: stretch.aEnd - CONTEXT, b: stretch.bEnd - CONTEXT };
    const length = stretch.aEnd - stretch.a;
    if (index === 0) group = [length > CONTEXT ? tail : stretch];
    else if (isLast) group.push(length > CONTEXT ? head : stretch);
    else if (length > 2 * CONTEXT) {
      groups.push([...group, head]);
      group = [tail];
    } else group.push(stretch);
  }
  if (group.some(({ isSame }) => !isSame)) groups.push(group);
  return groups;
}

function textOf(hunk: readonly Stretch[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [hunk[0] as Stretch, hunk.at(-1) as Stretch];
  const lines = hunk.flatMap((stretch) => {
    const went = a.slice(stretch.a, stretch.aEnd);
    if (stretch.isSame) return went.map((line) => ` ${line}`);
    return [...went.map((line) => `-${line}`), ...b.slice(stretch.b, stretch.bEnd).map((line) => `+${line}`)];
  });
  const head = `@@ -${rangeText(first.a, last.aEnd)} +${rangeText(first.b, last.bEnd)} @@`;
  return [head, ...lines].map((line) => `${line}\n`).join('');
}

/** Lines count from one; a range of none names the line before it. */
function rangeText(from: number, to: number): string {
  if (to - from === 1) return String(from + 1);
  return `${to === from ? from : from + 1},${to - from}`;
}
