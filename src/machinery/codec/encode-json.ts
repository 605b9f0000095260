/** A JSON object with its kind, as it goes over the wire. */
export interface EncodableObject {
  readonly kind?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly metadata?: object | undefined;
}

const utf8 = new TextEncoder();

/** JSON text of any value; bigints are written as numbers. */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const marked = (_key: string, member: unknown) => (typeof member === 'bigint' ? `${MARK}${member}` : member);
    return JSON.stringify(value, marked, indent).replace(MARKED, '$1');
  }
}

/** Stands before bigints until they are written: a text that nobody else can know. */
const MARK = `bigint-${crypto.randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?[0-9]+)"`, 'g');

/** JSON text of an object: kind, apiVersion and metadata come first. */
export function encodeJsonText(object: EncodableObject): string {
  const { kind, apiVersion, metadata, ...rest } = object;
  return stringifyJson({ kind, apiVersion, metadata, ...rest });
}

export const encodeJson = (object: EncodableObject): Uint8Array => utf8.encode(encodeJsonText(object));

/** Encoded JSON without a resourceVersion, and where to put it. */
export interface SpliceableJson {
  readonly bytes: Uint8Array;
  /** Offset just past `"metadata":{`. */
  readonly prefixLength: number;
}

/** Encodes an object for the store, leaving out metadata.resourceVersion: the store decides it at commit. */
export function encodeForStore(object: EncodableObject): SpliceableJson {
  const { kind, apiVersion, metadata, ...rest } = object;
  const head = stringifyJson({ kind, apiVersion });
  const prefix = `${head.slice(0, -1)}${head === '{}' ? '' : ','}"metadata":{`;
  const meta = stringifyJson({ ...metadata, resourceVersion: undefined });
  const tail = stringifyJson(rest);
  const text = `${prefix}${meta.slice(1)}${tail === '{}' ? '}' : `,${tail.slice(1)}`}`;
  return { bytes: utf8.encode(text), prefixLength: byteLengthOfPrefix(prefix) };
}

/** Kinds and versions are ASCII except in hostile objects. */
function byteLengthOfPrefix(prefix: string): number {
  for (let i = 0; i < prefix.length; i++) if (prefix.charCodeAt(i) > 127) return utf8.encode(prefix).length;
  return prefix.length;
}

const CLOSING_BRACE = 125;

/** The bytes with `"resourceVersion":"<revision>"` put in as the first member of metadata. */
export function spliceResourceVersion(bytes: Uint8Array, prefixLength: number, revision: number | bigint): Uint8Array {
  const comma = bytes[prefixLength] === CLOSING_BRACE ? '' : ',';
  const member = utf8.encode(`"resourceVersion":"${revision}"${comma}`);
  const out = new Uint8Array(bytes.length + member.length);
  out.set(bytes.subarray(0, prefixLength));
  out.set(member, prefixLength);
  out.set(bytes.subarray(prefixLength), prefixLength + member.length);
  return out;
}
