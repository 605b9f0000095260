import { deepEqual } from '#machinery/objects/deep-equal.ts';

/** What changed, a line for each value that went and each that came: `-spec.nodeName: "a"`. */
export function specDifference(before: unknown, after: unknown, path = ''): string {
  if (deepEqual(before, after)) return '';
  if (isBranch(before) && isBranch(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .map((key) => specDifference(before[key], after[key], path === '' ? key : `${path}.${key}`))
      .join('');
  }
  const line = (sign: string, value: unknown) =>
    value === undefined ? '' : `${sign}${path}: ${JSON.stringify(value)}\n`;
  return line('-', before) + line('+', after);
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
