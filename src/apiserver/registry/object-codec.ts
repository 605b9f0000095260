import type { ManagedFieldsEntry } from '#api/meta/v1/object-meta.ts';
import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { apiVersionOf } from '#api/resource-definition.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { parseJsonValue } from '#machinery/codec/json-syntax.ts';
import { type WrittenNulls, writtenNulls } from '#machinery/codec/written-nulls.ts';
import { sharedText, shareJson } from '#machinery/objects/shared-json.ts';
import type { CacheCodec } from '#storage/cache/cache-entry.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Ends the text of an object with integers past 2^53: JSON.parse would round them. */
const EXACT = ' ';

/**
 * How objects of one kind lie in the store: JSON without a resourceVersion, beginning `{"kind":K,"apiVersion":V,"metadata":{`,
 * so that the revision, which is known only at commit, can be spliced in behind that prefix. Integers past 2^53 are bigints.
 */
export class ObjectCodec<T extends KubernetesObject> implements CacheCodec<T> {
  readonly #kind: string;
  readonly #apiVersion: string;
  readonly #head: string;
  readonly #prefixLength: number;
  readonly #nulls: WrittenNulls | undefined;
  /** Where in encoded objects the owners begin, and behind them all that is not metadata. */
  readonly #tails = new WeakMap<Uint8Array, number>();

  constructor(definition: AnyResourceDefinition) {
    this.#nulls = writtenNulls(definition.schema);
    this.#kind = definition.kind;
    this.#apiVersion = apiVersionOf(definition);
    this.#head = `{"kind":${JSON.stringify(this.#kind)},"apiVersion":${JSON.stringify(this.#apiVersion)},"metadata":{`;
    this.#prefixLength = encoder.encode(this.#head).length;
  }

  /** With the bytes of the object as it was before, what is behind its own metadata is taken from them where it is the same. */
  encode(given: T, before?: { readonly object: T; readonly bytes: Uint8Array }): Uint8Array {
    const tail = before && hasSameTail(given, before.object) ? this.#tails.get(before.bytes) : undefined;
    const object = (this.#nulls?.put(given) ?? given) as T;
    try {
      const head = this.#head + membersText(object.metadata as Members, SPLICED, JSON.stringify);
      if (before !== undefined && tail !== undefined) return this.#joined(head, before.bytes.subarray(tail));
      const text = head + tailText(object, JSON.stringify);
      const bytes = encoder.encode(text);
      this.#tails.set(bytes, bytes.length === text.length ? head.length : Buffer.byteLength(head));
      return bytes;
    } catch (error) {
      // JSON.stringify knows no bigints, which integers past 2^53 are.
      if (!(error instanceof TypeError)) throw error;
      const head = this.#head + membersText(object.metadata as Members, SPLICED, stringifyJson);
      return encoder.encode(head + tailText(object, stringifyJson) + EXACT);
    }
  }

  #joined(head: string, tail: Uint8Array): Uint8Array {
    const start = Buffer.byteLength(head);
    const bytes = new Uint8Array(start + tail.length);
    encoder.encodeInto(head, bytes);
    bytes.set(tail, start);
    this.#tails.set(bytes, start);
    return bytes;
  }

  decode(bytes: Uint8Array, modRevision: number): T {
    const text = decoder.decode(bytes);
    const object = (text.endsWith(EXACT) ? parseJsonValue(text) : JSON.parse(text)) as T;
    this.#nulls?.take(object);
    shareOwners(object);
    return this.revise(object, modRevision);
  }

  /** Revision 0 is that of objects which were never stored: they show none. */
  revise(object: T, modRevision: number): T {
    if (modRevision === 0) return { kind: this.#kind, apiVersion: this.#apiVersion, ...object };
    const resourceVersion = String(modRevision);
    return {
      kind: this.#kind,
      apiVersion: this.#apiVersion,
      ...object,
      metadata: { ...object.metadata, resourceVersion },
    };
  }

  /** The bytes a client sees: the stored ones with the resourceVersion in place. */
  splice(bytes: Uint8Array, modRevision: number): Uint8Array {
    if (modRevision === 0) return bytes;
    // An object always has a name, hence something follows the insertion.
    const insertion = encoder.encode(`"resourceVersion":"${modRevision}",`);
    const spliced = new Uint8Array(bytes.length + insertion.length);
    spliced.set(bytes.subarray(0, this.#prefixLength));
    spliced.set(insertion, this.#prefixLength);
    spliced.set(bytes.subarray(this.#prefixLength), this.#prefixLength + insertion.length);
    return spliced;
  }
}

type Members = Readonly<Record<string, unknown>>;
type Stringify = (value: unknown) => string;
const HEAD: ReadonlySet<string> = new Set(['kind', 'apiVersion', 'metadata']);
const FIELDS: ReadonlySet<string> = new Set(['fieldsV1']);
const SPLICED: ReadonlySet<string> = new Set(['resourceVersion', 'managedFields']);

/** The owners, and all that is not metadata. An object always has a name, hence something stands before the owners. */
function tailText(object: KubernetesObject, stringify: Stringify): string {
  const owners = object.metadata?.managedFields;
  const ownersPart = owners === undefined ? '' : `,"managedFields":${ownersText(owners)}`;
  const rest = membersText(object as Members, HEAD, (value) => sharedText(value) ?? stringify(value));
  return `${ownersPart}}${rest === '' ? '' : ','}${rest}}`;
}

/** Whether the owners and all that is not metadata are the very same values. */
function hasSameTail(object: KubernetesObject, before: KubernetesObject): boolean {
  if (object.metadata?.managedFields !== before.metadata?.managedFields) return false;
  const members = before as Members;
  const names = Object.keys(before);
  let position = 0;
  for (const name in object) {
    if (names[position++] !== name) return false;
    if (!HEAD.has(name) && (object as Members)[name] !== members[name]) return false;
  }
  return position === names.length;
}

/** `"a":1,"b":2`: member by member, because a copy without those that are left out costs more than their text. */
function membersText(object: Members, leftOut: ReadonlySet<string>, stringify: Stringify): string {
  let text = '';
  for (const key in object) {
    const value = object[key];
    if (value === undefined || leftOut.has(key)) continue;
    text += `${text === '' ? '' : ','}${keyText(key)}${stringify(value)}`;
  }
  return text;
}

const keyTexts = new Map<string, string>();
const MAX_KEYS = 1000;
const LONGEST_KEY = 256;

/** `"name":`; schemas have few names, and clients may not fill the memory with theirs. */
function keyText(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    text = `${JSON.stringify(key)}:`;
    if (keyTexts.size < MAX_KEYS && key.length <= LONGEST_KEY) keyTexts.set(key, text);
  }
  return text;
}

/** Field sets are encoded already; see `shareJson`. */
function ownersText(entries: readonly ManagedFieldsEntry[]): string {
  let text = '';
  for (const entry of entries) {
    const members = membersText(entry as Members, FIELDS, JSON.stringify);
    const fields = sharedText(entry.fieldsV1) ?? JSON.stringify(entry.fieldsV1);
    text += `${text === '' ? '' : ','}{${members}`;
    if (fields !== undefined) text += `${members === '' ? '' : ','}"fieldsV1":${fields}`;
    text += '}';
  }
  return `[${text}]`;
}

/** Objects have the same field sets by the thousand, which are often larger than the rest: they are kept once. */
function shareOwners({ metadata }: KubernetesObject): void {
  for (const entry of metadata?.managedFields ?? []) {
    if (isEmptyJson(entry.fieldsV1)) continue;
    (entry as { fieldsV1?: unknown }).fieldsV1 = shareJson(JSON.stringify(entry.fieldsV1));
  }
}

const isEmptyJson = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;
