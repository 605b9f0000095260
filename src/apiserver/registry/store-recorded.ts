import { Nodes } from '#api/core/v1/node.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Store } from '#storage/store.ts';
import { ObjectCodec } from './object-codec.ts';
import { storagePrefix } from './resource-storage.ts';

/** An object that could not be stored, and why. */
export interface SkippedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
}

export interface RecordedObjects {
  readonly stored: number;
  readonly skipped: readonly SkippedObject[];
}

type Owned = Mutable<KubernetesObject>;
type Place = { readonly key: string; readonly value: Uint8Array };

/**
 * Puts objects of another cluster into a store that no server uses yet, as if a server had stored them: uids, statuses
 * and times stay what they are. Objects of kinds that are not served here are skipped and told.
 */
export async function storeRecorded(store: Store, objects: Iterable<unknown>): Promise<RecordedObjects> {
  const skipped: SkippedObject[] = [];
  let stored = 0;
  for (const object of objects) {
    try {
      const { key, value } = placeOf(object as KubernetesObject);
      await store.put(key, value);
      stored++;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { apiVersion = '', kind = '', metadata } = (object ?? {}) as KubernetesObject;
      skipped.push({ apiVersion, kind, name: metadata?.name ?? '', reason: error.message });
    }
  }
  return { stored, skipped };
}

/** Whether a store's key is that of a node. */
export const isNodeKey = (key: string): boolean => key.startsWith(storagePrefix(Nodes));

function placeOf(object: KubernetesObject): Place {
  const definition = definitionOf(object);
  const decoded = decodeValue(object, definition.schema).object as Owned;
  applyDefaults(definition.schema, decoded);
  definition.strategy.applyDefaults?.(decoded);
  const { name = '', namespace = '' } = decoded.metadata ?? {};
  if (name === '') throw new DecodeError('it has no name');
  if (definition.namespaced && namespace === '') throw new DecodeError('it has no namespace');
  const prefix = storagePrefix(definition);
  const storage = definition.storage?.definition() ?? definition;
  const toStore = definition.storage ? definition.storage.toStorage(decoded) : decoded;
  return {
    key: definition.namespaced ? `${prefix}${namespace}/${name}` : `${prefix}${name}`,
    value: new ObjectCodec<KubernetesObject>(storage).encode(toStore),
  };
}

function definitionOf({ apiVersion, kind }: KubernetesObject): AnyResourceDefinition {
  const found = resources.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  if (found === undefined) throw new DecodeError(`no matches for kind "${kind}" in version "${apiVersion}"`);
  if (!found.verbs.includes('create')) throw new DecodeError('it is not stored');
  return found;
}
