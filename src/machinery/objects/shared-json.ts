import { deepFreeze } from './deep-freeze.ts';

/** Characters of text that are remembered before the oldest are forgotten. */
const MAX_CHARACTERS = 4_000_000;

/** Where an object keeps its text: nobody who walks its members meets it. */
const TEXT = Symbol('text');
let young = new Map<string, object>();
let old = new Map<string, object>();
let characters = 0;

/**
 * The JSON object that a text stands for, frozen all the way down and the same one for the same text, as long as it is
 * in use: what many objects have in common is kept once, compared by identity and never encoded again.
 */
export function shareJson(text: string): object {
  const known = young.get(text);
  if (known !== undefined) return known;
  const value = old.get(text) ?? parseShared(text);
  if (characters > MAX_CHARACTERS) {
    old = young;
    young = new Map();
    characters = 0;
  }
  young.set(text, value);
  characters += text.length;
  return value;
}

function parseShared(text: string): object {
  const value = JSON.parse(text) as object;
  Object.defineProperty(value, TEXT, { value: text });
  return deepFreeze(value);
}

/** The text of an object made by `shareJson`; undefined for all others. */
export const sharedText = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? (value as { readonly [TEXT]?: string })[TEXT] : undefined;
