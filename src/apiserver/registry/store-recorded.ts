import type { Namespace } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { resources } from '#api/resources.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Store } from '#storage/store.ts';
import { ObjectCodec } from './object-codec.ts';
import { uuidOf, withIdentities } from './recorded-identity.ts';
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
 * and times stay what they are, and those that were cleaned away are made up: objects began at `now`, in milliseconds since
 * the epoch. Namespaces that objects are in and that were not recorded are made. Objects of kinds that are not served here
 * are skipped and told.
 */
export async function storeRecorded(store: Store, objects: readonly unknown[], now: number): Promise<RecordedObjects> {
  const skipped: SkippedObject[] = [];
  const inhabited = new Map<string, string>();
  let stored = 0;
  for (const object of withIdentities(objects, now)) {
    try {
      const { key, value } = placeOf(object as KubernetesObject);
      await store.put(key, value);
      stored++;
      const { namespace, creationTimestamp = '' } = (object as KubernetesObject).metadata ?? {};
      const since = inhabited.get(namespace ?? '');
      if (namespace && (since === undefined || creationTimestamp < since)) inhabited.set(namespace, creationTimestamp);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { apiVersion = '', kind = '', metadata } = (object ?? {}) as KubernetesObject;
      skipped.push({ apiVersion, kind, name: metadata?.name ?? '', reason: error.message });
    }
  }
  for (const [name, creationTimestamp] of inhabited) {
    const { key, value } = placeOf(namespaceOf(name, creationTimestamp));
    if (SERVERS_OWN.has(name) || (await store.get(key)) !== undefined) continue;
    await store.put(key, value);
  }
  return { stored, skipped };
}

/** Namespaces that every server makes itself. */
const SERVERS_OWN: ReadonlySet<string> = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system']);

/** A namespace that was not recorded, as `kubectl get all -A` leaves them out: nothing could be made in it. */
const namespaceOf = (name: string, creationTimestamp: string): Namespace & KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    uid: uuidOf(name),
    labels: { 'kubernetes.io/metadata.name': name },
    ...(creationTimestamp === '' ? {} : { creationTimestamp }),
  },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
});

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
