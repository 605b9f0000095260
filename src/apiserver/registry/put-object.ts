import type { KubernetesObject } from '#api/resource-definition.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { StorageOutcome } from './resource-storage.ts';

export interface PutObject {
  readonly key: string;
  readonly object: Mutable<KubernetesObject>;
  /** The revision that must lie there; 0 for nothing. */
  readonly revision: number;
  /** Whether it was applied: then it is nothing without the owners of its fields. */
  readonly isApplied: boolean;
}

/** Stores an object. One that is too large only with the owners of its fields is stored without them. */
export async function putObject(
  { storage, view }: RegistryParts,
  { key, object, revision, isApplied }: PutObject,
): Promise<StorageOutcome> {
  try {
    return await storage.put(key, view.toStored(object), revision);
  } catch (error) {
    const isTooLarge = error instanceof StatusError && error.reason === 'RequestEntityTooLarge';
    if (!isTooLarge || isApplied || !object.metadata?.managedFields) throw error;
    delete object.metadata.managedFields;
    return storage.put(key, view.toStored(object), revision);
  }
}
