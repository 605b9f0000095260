import { EVENT_ID, type Event, getScalarValue, parseEvents } from 'js-yaml';
import { MAX_DEPTH } from './json-syntax.ts';

interface Frame {
  /** Keys of a mapping; undefined for other collections. */
  readonly keys: Set<string> | undefined;
  expectsKey: boolean;
}

/** The strict reader's error for keys that stand twice in a mapping, as a list of none or one. */
export function duplicateKeys(text: string): string[] {
  const lines: string[] = [];
  const stack: Frame[] = [];
  const lineOf = lineCounter(text);
  for (const event of parseEvents(text, { maxDepth: MAX_DEPTH })) {
    if (event.type === EVENT_ID.POP) {
      stack.pop();
      continue;
    }
    const frame = stack.at(-1);
    const isKey = frame?.keys !== undefined && frame.expectsKey;
    if (isKey && event.type === EVENT_ID.SCALAR) {
      const key = getScalarValue(text, event);
      if (key !== '<<' && frame.keys!.has(key))
        lines.push(`  line ${lineOf(event.valueStart)}: key ${JSON.stringify(key)} already set in map`);
      frame.keys!.add(key);
    }
    if (frame !== undefined) frame.expectsKey = !frame.expectsKey;
    if (opens(event)) stack.push({ keys: event.type === EVENT_ID.MAPPING ? new Set() : undefined, expectsKey: true });
  }
  return lines.length === 0 ? [] : [`yaml: unmarshal errors:\n${lines.join('\n')}`];
}

const opens = (event: Event): boolean =>
  event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING;

/** Tells the lines of offsets that only grow. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}
