import { keepFrozen } from '#machinery/objects/shared-json.ts';
import { EMPTY_SET, type FieldSet, MEMBER, sharedSet } from './field-set.ts';

/**
 * A set of fields while it is found: numbers instead of JSON, from which an equal set that was there before is found
 * without making it anew. An element's number, then `LEAF` for a field of the set, or `OPEN`, parts and `CLOSE`; `SELF`
 * comes first where the field is in the set itself.
 */
export const LEAF = 0;
export const OPEN = 1;
export const CLOSE = 2;
export const SELF = 3;
const FIRST_ELEMENT = 4;

/** Elements that schemas name keep their numbers; all others are forgotten together when there are too many. */
const named: string[] = [];
const namedCodes = new Map<string, number>();
const FIRST_OTHER = 1 << 24;
const MAX_OTHERS = 50_000;
let others: string[] = [];
let otherCodes = new Map<string, number>();
/** The first number of those that came with the comparison under way. */
let firstNew = FIRST_OTHER;

/** The number of an element that a schema names. */
export function namedElementCode(element: string): number {
  const known = namedCodes.get(element);
  if (known !== undefined) return known;
  const code = FIRST_ELEMENT + named.length;
  named.push(element);
  namedCodes.set(element, code);
  return code;
}

/** The number of any element, good until `forgetTooMany`. */
export function elementCode(element: string): number {
  let code = otherCodes.get(element);
  if (code !== undefined) return code;
  code = FIRST_OTHER + others.length;
  others.push(element);
  otherCodes.set(element, code);
  return code;
}

const elementOf = (code: number): string =>
  (code < FIRST_OTHER ? named[code - FIRST_ELEMENT] : others[code - FIRST_OTHER]) as string;

/** Collects the numbers of one set. Whoever finds that something has no parts takes its beginning back by `length`. */
export class SetCodes {
  length = 0;
  #codes = new Uint32Array(256);

  push(code: number): void {
    if (this.length === this.#codes.length) this.#grow();
    this.#codes[this.length++] = code;
  }

  #grow(): void {
    const codes = new Uint32Array(this.#codes.length * 2);
    codes.set(this.#codes);
    this.#codes = codes;
  }

  /** The set that was collected; shared. The collection is empty afterwards. */
  take(): FieldSet {
    const codes = this.#codes.subarray(0, this.length);
    this.length = 0;
    return codes.length === 0 ? EMPTY_SET : findSet(codes);
  }
}

interface Found {
  readonly codes: Uint32Array;
  readonly set: FieldSet;
}

/** Numbers in all sets that are remembered. */
const MAX_CODES = 2_000_000;
let sets = new Map<number, Found[]>();
let remembered = 0;

/** A set with an element that was never there before, such as a pod's address, is nobody else's: only its parts are shared. */
function findSet(codes: Uint32Array): FieldSet {
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= firstNew) return newSet(codes);
  return knownSet(codes);
}

function newSet(codes: Uint32Array): FieldSet {
  const set: Record<string, FieldSet> = {};
  let at = 0;
  if (codes[0] === SELF) {
    set['.'] = MEMBER;
    at = 1;
  }
  while (at < codes.length) {
    const element = elementOf(codes[at]!);
    const end = endOf(codes, at + 1);
    set[element] = end === at + 1 ? MEMBER : findSet(codes.subarray(at + 2, end));
    at = end + 1;
  }
  return keepFrozen(set);
}

/** Where what begins at `at` ends: a leaf right there, and parts where they are closed. */
function endOf(codes: Uint32Array, at: number): number {
  let depth = 0;
  for (let end = at; ; end++) {
    if (codes[end] === OPEN) depth++;
    else if (codes[end] === CLOSE) depth--;
    if (depth === 0) return end;
  }
}

function knownSet(codes: Uint32Array): FieldSet {
  const hash = hashOf(codes);
  const found = sets.get(hash);
  const known = found?.find((each) => sameCodes(each.codes, codes));
  if (known !== undefined) return known.set;
  const set = sharedSet(jsonOf(codes));
  if (found) found.push({ codes: codes.slice(), set });
  else sets.set(hash, [{ codes: codes.slice(), set }]);
  remembered += codes.length;
  return set;
}

/** Bounds what is remembered. Numbers of elements mean others afterwards: to be called before a comparison collects its sets. */
export function forgetTooMany(): void {
  if (remembered >= MAX_CODES || others.length >= MAX_OTHERS) {
    sets = new Map();
    remembered = 0;
    others = [];
    otherCodes = new Map();
  }
  firstNew = FIRST_OTHER + others.length;
}

function hashOf(codes: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < codes.length; i++) hash = Math.imul(hash ^ codes[i]!, 0x01000193);
  return hash;
}

function sameCodes(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The same set as managedFields hold it. */
function jsonOf(codes: Uint32Array): string {
  let json = '{';
  let isFirst = true;
  for (const code of codes) {
    if (code === LEAF) json += '{}';
    else if (code === OPEN) json += '{';
    else if (code === CLOSE) json += '}';
    else if (code === SELF) json += '".":{}';
    else json += `${isFirst ? '' : ','}${JSON.stringify(elementOf(code))}:`;
    isFirst = code === OPEN;
  }
  return `${json}}`;
}
