import type { ConfigMap } from '#api/core/v1/config-map.ts';
import type { Secret } from '#api/core/v1/secret.ts';
import type { KeyToPath } from '#api/core/v1/volume.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';

/** One file of a volume made from API objects. */
export interface PayloadFile {
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Who owns the file; root when absent. */
  readonly uid?: number;
}

/** Files by path relative to the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

export const DEFAULT_MODE = 0o644;

/** The data of a config map by key. */
export function configMapData({ data = {}, binaryData = {} }: ConfigMap): Map<string, Uint8Array> {
  return new Map<string, Uint8Array>([
    ...Object.entries(data).map(([key, text]): [string, Uint8Array] => [key, Buffer.from(text)]),
    ...Object.entries(binaryData).map(([key, text]): [string, Uint8Array] => [key, decodeBase64(text)]),
  ]);
}

/** The data of a secret by key. */
export const secretData = ({ data = {} }: Secret): Map<string, Uint8Array> =>
  new Map(Object.entries(data).map(([key, text]) => [key, decodeBase64(text)]));

/** The files of an object: all keys, or those listed in `items` at their paths. Throws `missing: key` when a listed key is not there. */
export function projectKeys(
  data: ReadonlyMap<string, Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  { mode, optional, missing }: { readonly mode: number; readonly optional: boolean; readonly missing: string },
): Payload {
  if (!items || items.length === 0) {
    return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode }]));
  }
  const files = new Map<string, PayloadFile>();
  for (const { key, path, mode: own } of items) {
    const bytes = data.get(key);
    if (bytes !== undefined) files.set(path, { data: bytes, mode: own ?? mode });
    else if (!optional) throw new Error(`${missing}: ${key}`);
  }
  return files;
}

/** Whether two payloads are the same, byte for byte. */
export function samePayload(a: Payload, b: Payload): boolean {
  if (a.size !== b.size) return false;
  for (const [path, file] of a) {
    const other = b.get(path);
    if (other === undefined || other.mode !== file.mode || other.uid !== file.uid) return false;
    if (Buffer.compare(other.data, file.data) !== 0) return false;
  }
  return true;
}
