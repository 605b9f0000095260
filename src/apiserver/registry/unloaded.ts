import type { Clock } from '#base/clock.ts';
import { newInternalError, newTooManyRequests, type StatusError } from '#machinery/errors/status-error.ts';
import { UnavailableValueError } from '#storage/store.ts';
import type { ResourceRequest } from '../request.ts';
import { etcdKey } from './etcd-key.ts';
import { parseListOptions } from './list-options.ts';
import type { ResourceStorage } from './resource-storage.ts';

const RETRY_MS = 1000;

/** Loads what could not be loaded at the start, until it can be. */
export async function loadLater(storage: ResourceStorage, clock: Clock, signal: AbortSignal): Promise<void> {
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
export async function refuseUnloaded(storage: ResourceStorage, { target, query }: ResourceRequest): Promise<void> {
  if (storage.cache.fault === undefined || target.verb === 'create') return;
  const { name, namespace, verb } = target;
  const refuse = (error: unknown) => {
    throw error instanceof UnavailableValueError ? unavailable(error, storage) : error;
  };
  if (name !== '' && verb !== 'watch') return storage.readThrough(storage.key(namespace, name)).catch(refuse);
  const { limit, labelSelector, fieldSelector } = parseListOptions(query);
  if (verb === 'list' && limit > 0 && labelSelector === '' && fieldSelector === '')
    await storage.readThrough(storage.prefix(namespace)).catch(refuse);
  throw newTooManyRequests('storage is (re)initializing', 1);
}

/** Upstream tells its keys as they are in etcd. */
function unavailable({ key, message }: UnavailableValueError, { definition, cache }: ResourceStorage): StatusError {
  const path = etcdKey(definition, '', key.slice(cache.prefix.length));
  return newInternalError(message.replace(JSON.stringify(key), JSON.stringify(path)));
}
