import { setImmediate as immediate } from 'node:timers/promises';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { stringifyYaml } from '#machinery/codec/yaml-writer.ts';
import { concatBytes } from './concat-bytes.ts';

/** An object of which one member is a list, made item by item. */
export interface ListSource {
  /** All other members. */
  readonly head: object;
  readonly member: string;
  readonly items: Iterable<unknown>;
}

export type TextForm = 'json' | 'pretty' | 'yaml';

const encoder = new TextEncoder();
/** What is encoded at a stretch, a few milliseconds' worth, before others have their turn. */
const STRETCH_BYTES = 64 * 1024;

/** The text of a list in pieces, one for each item; together they are what the whole object reads as. */
export function* listText({ head, member, items }: ListSource, form: TextForm): Generator<string> {
  const empty = { ...head, [member]: [] };
  const { text, hole, open, close, between, write } = FORMS[form](empty, member);
  const at = text.lastIndexOf(hole);
  const end = text.slice(at + hole.length);
  let count = 0;
  for (const item of items) {
    yield (count === 0 ? text.slice(0, at) + open : between) + write(item);
    count++;
  }
  yield count === 0 ? text : close + end;
}

interface Layout {
  /** The object with an empty list, and what that is written as. */
  readonly text: string;
  readonly hole: string;
  readonly open: string;
  readonly close: string;
  readonly between: string;
  readonly write: (item: unknown) => string;
}

const FORMS: Readonly<Record<TextForm, (empty: object, member: string) => Layout>> = {
  json: (empty, member) => ({
    text: `${stringifyJson(empty)}\n`,
    hole: `"${member}":[]`,
    open: `"${member}":[`,
    close: ']',
    between: ',',
    write: (item) => stringifyJson(item),
  }),
  pretty: (empty, member) => ({
    text: `${stringifyJson(empty, 2)}\n`,
    hole: `"${member}": []`,
    open: `"${member}": [\n    `,
    close: '\n  ]',
    between: ',\n    ',
    // Texts have no line breaks of their own in JSON.
    write: (item) => stringifyJson(item, 2).replaceAll('\n', '\n    '),
  }),
  yaml: (empty, member) => ({
    text: stringifyYaml(empty),
    hole: `\n${member}: []\n`,
    open: `\n${member}:\n`,
    close: '',
    between: '',
    write: (item) => stringifyYaml([item]),
  }),
};

/** All pieces at once. */
export const encodeAtOnce = (pieces: Iterable<string>): Uint8Array => encoder.encode([...pieces].join(''));

/** All pieces; others have their turn between them. Ends early when nobody waits for it any more. */
export async function encodeInStretches(pieces: Iterable<string>, isGone?: () => boolean): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let stretch = '';
  for (const piece of pieces) {
    stretch += piece;
    if (stretch.length < STRETCH_BYTES) continue;
    parts.push(encoder.encode(stretch));
    stretch = '';
    await immediate();
    if (isGone?.()) break;
  }
  return concatBytes([...parts, encoder.encode(stretch)]);
}

/** Does something for each of many, a few at a stretch. */
export async function forEachInStretches<T>(all: readonly T[], act: (one: T) => void): Promise<void> {
  for (let at = 0; at < all.length; at += STRETCH_ITEMS) {
    for (const one of all.slice(at, at + STRETCH_ITEMS)) act(one);
    await immediate();
  }
}

const STRETCH_ITEMS = 100;
