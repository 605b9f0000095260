import type { Clock } from '#base/clock.ts';
import { newInternalError, newTooManyRequests } from '#machinery/errors/status-error.ts';
import { UnavailableValueError } from '#storage/store.ts';
import type { ResourceRequest } from '../request.ts';
import { etcdKey } from './etcd-key.ts';
import { parseListOptions } from './list-options.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { ResourceStorage } from './resource-storage.ts';
import { internalName } from './undecodable.ts';

const RETRY_MS = 1000;
/** Nobody is told to stay away for longer. */
const LONGEST_SECONDS = 30;

/** Loads what could not be loaded at the start, until it can be. */
export async function loadLater(storage: ResourceStorage, clock: Clock, signal: AbortSignal): Promise<void> {
  storage.missingSince = clock.monotonic();
  while (storage.cache.fault !== undefined) {
    // Rejects for nothing but the signal.
    await clock.sleep(RETRY_MS, signal).catch(() => {});
    if (signal.aborted) return;
    await storage.cache.load();
  }
}

/**
 * Rejects where a request needs objects that could not be loaded yet: as upstream, which asks its store for one of
 * them and for pages of all of them, and for others wants to be asked again. Creates need none.
 */
export async function refuseUnloaded(
  { storage, clock }: Pick<RegistryParts, 'storage' | 'clock'>,
  { target, query }: ResourceRequest,
): Promise<void> {
  if (storage.cache.fault === undefined || target.verb === 'create') return;
  const { name, namespace, verb } = target;
  const refuseOne = (error: unknown) => {
    throw error instanceof UnavailableValueError ? newInternalError(reasonOf(error)) : error;
  };
  const refuse = (error: unknown) => {
    throw error instanceof UnavailableValueError ? newInternalError(told(error, storage)) : error;
  };
  if (name !== '' && verb !== 'watch') return storage.readThrough(storage.key(namespace, name)).catch(refuseOne);
  const { limit, labelSelector, fieldSelector } = parseListOptions(query);
  if (verb === 'list' && limit > 0 && labelSelector === '' && fieldSelector === '')
    await storage.readThrough(storage.prefix(namespace)).catch(refuse);
  const why = `failed to list *${internalName(storage.definition)}: ${told(storage.cache.fault, storage)}`;
  throw newTooManyRequests(`storage is (re)initializing: ${why}`, retryAfter(clock.monotonic() - storage.missingSince));
}

/** In seconds: the longer it takes, the less those who wait shall ask. */
const retryAfter = (milliseconds: number): number =>
  Math.floor(Math.min(LONGEST_SECONDS, Math.exp(0.06 * (milliseconds / 1000))));

/** Why a value is not available, without which it is. */
const reasonOf = ({ cause, message }: UnavailableValueError): string =>
  cause instanceof Error ? cause.message : message;

/** Upstream tells its keys as they are in etcd. */
function told(error: UnavailableValueError, { definition, cache }: ResourceStorage): string {
  const path = etcdKey(definition, '', error.key.slice(cache.prefix.length));
  return `unable to transform key ${JSON.stringify(path)}: ${reasonOf(error)}`;
}
