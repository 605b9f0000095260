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

  constructor(definition: AnyResourceDefinition) {
    this.#nulls = writtenNulls(definition.schema);
    this.#kind = definition.kind;
    this.#apiVersion = apiVersionOf(definition);
    this.#head = `{"kind":${JSON.stringify(this.#kind)},"apiVersion":${JSON.stringify(this.#apiVersion)},"metadata":{`;
    this.#prefixLength = encoder.encode(this.#head).length;
  }

  encode(given: T): Uint8Array {
    const object = (this.#nulls?.put(given) ?? given) as T;
    try {
      return encoder.encode(this.#textOf(object, JSON.stringify));
    } catch (error) {
      // JSON.stringify knows no bigints, which integers past 2^53 are.
      if (!(error instanceof TypeError)) throw error;
      return encoder.encode(this.#textOf(object, stringifyJson) + EXACT);
    }
  }

  #textOf(object: T, stringify: (value: unknown) => string): string {
    const { metadata } = object;
    const owners = metadata?.managedFields;
    const meta = membersText(metadata as Members, SPLICED, stringify);
    // An object always has a name, hence something stands before the owners.
    const ownersPart = owners === undefined ? '' : `,"managedFields":${ownersText(owners)}`;
    const rest = membersText(object as Members, HEAD, (value) => sharedText(value) ?? stringify(value));
    return `${this.#head}${meta}${ownersPart}}${rest === '' ? '' : ','}${rest}}`;
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
const HEAD: ReadonlySet<string> = new Set(['kind', 'apiVersion', 'metadata']);
const SPLICED: ReadonlySet<string> = new Set(['resourceVersion', 'managedFields']);

/** `"a":1,"b":2`: member by member, because a copy without those that are left out costs more than their text. */
function membersText(object: Members, leftOut: ReadonlySet<string>, stringify: (value: unknown) => string): string {
  let text = '';
  for (const key in object) {
    const value = object[key];
    if (value === undefined || leftOut.has(key)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringify(value)}`;
  }
  return text;
}

/** Field sets are encoded already; see `shareJson`. */
const ownersText = (entries: readonly ManagedFieldsEntry[]): string =>
  `[${entries
    .map(({ fieldsV1, ...entry }) => {
      const fields = sharedText(fieldsV1) ?? JSON.stringify(fieldsV1);
      const text = JSON.stringify(entry);
      return fields === undefined ? text : `${text.slice(0, -1)},"fieldsV1":${fields}}`;
    })
    .join(',')}]`;

/** Objects have the same field sets by the thousand, which are often larger than the rest: they are kept once. */
function shareOwners({ metadata }: KubernetesObject): void {
  for (const entry of metadata?.managedFields ?? []) {
    if (isEmptyJson(entry.fieldsV1)) continue;
    (entry as { fieldsV1?: unknown }).fieldsV1 = shareJson(JSON.stringify(entry.fieldsV1));
  }
}

const isEmptyJson = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;
