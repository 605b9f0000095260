import { RecentMap } from '#base/recent-map.ts';
import { deepFreeze } from './deep-freeze.ts';

/** Characters of text that are remembered before the oldest are forgotten. */
const MAX_CHARACTERS = 4_000_000;

/** Where an object keeps its text: nobody who walks its members meets it. */
const TEXT = Symbol('text');
let young = new Map<string, object>();
let old = new Map<string, object>();
let characters = 0;

/**
 * The JSON object or list that a text stands for, frozen all the way down and the same one for the same text, as long as
 * it is in use: what many objects have in common is kept once, compared by identity and never encoded again.
 */
export function shareJson(text: string): object {
  return young.get(text) ?? remember(text, old.get(text) ?? freeze(text, JSON.parse(text)));
}

/** Texts of which it is not known yet whether they come again. */
const once = new RecentMap<string, true>(128);

/** The same for texts of which most come only once: undefined for the first time. */
export function shareRepeated(text: string): object | undefined {
  const known = young.get(text) ?? old.get(text);
  if (known !== undefined) return remember(text, known);
  if (once.get(text) !== undefined) return shareJson(text);
  once.set(text, true);
  return undefined;
}

/**
 * The same object with one member more: its text is known as well, and what is shared stays so. Of other objects, an
 * ordinary copy.
 */
export function withMember<T extends object>(object: T, name: keyof T & string, value: string): T {
  const text = sharedText(object);
  if (text === undefined || text.length < 3 || Object.hasOwn(object, name)) return { ...object, [name]: value };
  const longer = `${text.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`;
  const known = young.get(longer) ?? old.get(longer) ?? freeze(longer, { ...object, [name]: value });
  return remember(longer, known) as T;
}

function remember(text: string, value: object): object {
  if (young.has(text)) return value;
  if (characters > MAX_CHARACTERS) {
    old = young;
    young = new Map();
    characters = 0;
  }
  young.set(text, value);
  characters += text.length;
  return value;
}

function freeze(text: string, value: object): object {
  Object.defineProperty(value, TEXT, { value: text });
  return deepFreeze(value);
}

/** As if shared, without its text being kept: for what nothing else is equal to, made of members that are frozen. */
export function keepFrozen<T extends object>(value: T): T {
  Object.defineProperty(value, TEXT, { value: undefined });
  return Object.freeze(value);
}

/** Whether a value is frozen all the way down, and may be kept as it is by whoever gets hold of it. */
export const isShared = (value: unknown): boolean => typeof value === 'object' && value !== null && TEXT in value;

/** The text of a value made by `shareJson`; undefined for all others. */
export const sharedText = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null ? (value as { readonly [TEXT]?: string })[TEXT] : undefined;
