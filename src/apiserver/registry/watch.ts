import type { KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, forbidden, notSupported } from '#machinery/errors/field-error.ts';
import { newExpired, newInvalid, type StatusError } from '#machinery/errors/status-error.ts';
import type { CacheEvent } from '#storage/cache/cache-event.ts';
import type { CacheWatch } from '#storage/cache/cache-watch.ts';
import { CompactedError } from '#storage/store.ts';
import type { ResourceRequest } from '../request.ts';
import { waitForRevision } from './list.ts';
import { type ListOptions, parseListOptions, parseRevision } from './list-options.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { compileSelection, type Selection } from './selection.ts';

/** One thing a watcher is told. */
export type Change =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly entry: Entry }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd: boolean };

export interface ChangeListener {
  /** Must not throw. Never called after the watch ended. */
  onChanges(changes: readonly Change[]): void;
  /** The watch is over; with an error when the client has to list again or watch anew. */
  onEnd(error: StatusError | undefined): void;
}

/** A watch under way. */
export interface WatchHandle {
  /** Holds deliveries back while the client cannot take more. */
  pause(): void;
  resume(): void;
  cancel(): void;
}

const BOOKMARK_INTERVAL_MS = 60_000;
const MIN_TIMEOUT_SECONDS = 1800;

/** Starts a watch. Rejects for options that make no sense; a revision that is gone ends the watch through `onEnd`. */
export async function watchObjects(
  parts: RegistryParts,
  request: ResourceRequest,
  listener: ChangeListener,
): Promise<WatchHandle> {
  const options = parseListOptions(request.query);
  validateWatchOptions(options);
  const selection = compileSelection(parts.definition, options, parts.storage.indexNames);
  const { resourceVersion, sendInitialEvents } = options;
  const revision = resourceVersion === '' ? 0 : parseRevision(resourceVersion);
  // Events from a revision that is still to come simply come later; a state of then has to be waited for.
  if (sendInitialEvents) await waitForRevision(parts, revision);
  return new RunningWatch(parts, request, { options, selection, listener });
}

class RunningWatch implements WatchHandle {
  readonly #parts: RegistryParts;
  readonly #options: ListOptions;
  readonly #matches: Selection['matches'];
  readonly #listener: ChangeListener;
  readonly #stopTimers: () => void;
  #watch: CacheWatch<KubernetesObject> | undefined;
  #ended = false;

  constructor(
    parts: RegistryParts,
    request: ResourceRequest,
    call: { options: ListOptions; selection: Selection; listener: ChangeListener },
  ) {
    this.#parts = parts;
    this.#options = call.options;
    this.#matches = call.selection.matches;
    this.#listener = call.listener;
    this.#stopTimers = this.#startTimers();
    this.#start(request, call.selection);
  }

  pause(): void {
    this.#watch?.pause();
  }

  resume(): void {
    this.#watch?.resume();
  }

  cancel(): void {
    this.#ended = true;
    this.#stopTimers();
    this.#watch?.cancel();
  }

  #start(request: ResourceRequest, selection: Selection): void {
    const { storage, view } = this.#parts;
    const namespace = request.target.namespace || selection.namespace || '';
    const name = request.target.name || selection.name;
    const scope =
      name && (namespace || !this.#parts.definition.namespaced)
        ? { key: storage.key(namespace, name) }
        : selection.index
          ? { index: selection.index }
          : { prefix: storage.prefix(namespace) };
    // With an index the namespace is not part of the route, hence of the filter.
    const inScope =
      'index' in scope && namespace !== ''
        ? (object: KubernetesObject) => object.metadata?.namespace === namespace
        : undefined;
    const matches = (entry: Entry) => {
      const object = view.object(entry);
      return (this.#matches?.(object) ?? true) && (inScope?.(object) ?? true);
    };
    const filter = this.#matches || inScope ? matches : undefined;
    const { resourceVersion, sendInitialEvents } = this.#options;
    const wantsState = sendInitialEvents ?? (resourceVersion === '' || resourceVersion === '0');
    const from = wantsState
      ? undefined
      : resourceVersion === ''
        ? storage.cache.revision
        : parseRevision(resourceVersion);
    try {
      this.#watch = storage.cache.watch(
        { ...scope, ...(from === undefined ? {} : { from }) },
        {
          onEvents: (batch) => this.#deliver(batch.events, filter),
          // A slow watcher is let go without a word, as upstream does: it may come back at the revision it has reached.
          onEnd: () => this.#end(undefined),
        },
      );
      if (wantsState) this.#sendState(scope, filter);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      const expired = tooOld(from ?? 0, error.compactedRevision);
      setImmediate(() => this.#end(expired));
    }
  }

  /** The whole present state as ADDED events, then the bookmark that says so. */
  #sendState(
    scope: { readonly key: string } | { readonly prefix: string } | { readonly index: { name: string; value: string } },
    filter: ((entry: Entry) => boolean) | undefined,
  ): void {
    const { cache } = this.#parts.storage;
    const { revision } = cache;
    let entries: readonly Entry[];
    if ('key' in scope) {
      const entry = cache.get(scope.key);
      entries = entry && (filter?.(entry) ?? true) ? [entry] : [];
    } else {
      entries = cache.list({ ...scope, ...(filter ? { match: filter } : {}) }).entries;
    }
    const changes: Change[] = entries.map((entry) => ({ type: 'ADDED', entry }));
    if (this.#options.sendInitialEvents && this.#options.allowWatchBookmarks)
      changes.push({ type: 'BOOKMARK', revision, initialEventsEnd: true });
    if (changes.length === 0) return;
    // The watch was opened in this same tick, so nothing can be delivered before this.
    this.#listener.onChanges(changes);
  }

  #deliver(events: readonly CacheEvent<KubernetesObject>[], filter: ((entry: Entry) => boolean) | undefined): void {
    const changes: Change[] = [];
    for (const event of events) {
      const change = changeOf(event, filter);
      if (change) changes.push(change);
    }
    if (changes.length > 0 && !this.#ended) this.#listener.onChanges(changes);
  }

  #startTimers(): () => void {
    const { clock, random } = this.#parts;
    const seconds = this.#options.timeoutSeconds || MIN_TIMEOUT_SECONDS * (1 + random.next());
    const timeout = clock.setTimer(seconds * 1000, () => this.#end(undefined));
    let bookmark = this.#options.allowWatchBookmarks
      ? clock.setTimer(BOOKMARK_INTERVAL_MS, () => sendBookmark())
      : undefined;
    const sendBookmark = () => {
      // The watch's revision, not the cache's: events are delivered once a tick, and a bookmark must not pass them.
      if (this.#watch?.pending === 0) {
        const { revision } = this.#watch;
        this.#listener.onChanges([{ type: 'BOOKMARK', revision, initialEventsEnd: false }]);
      }
      bookmark = clock.setTimer(BOOKMARK_INTERVAL_MS, sendBookmark);
    };
    return () => {
      timeout.cancel();
      bookmark?.cancel();
    };
  }

  #end(error: StatusError | undefined): void {
    if (this.#ended) return;
    this.cancel();
    this.#listener.onEnd(error);
  }
}

/** What an event means to a watcher that sees only what matches; undefined when it means nothing. */
function changeOf(
  event: CacheEvent<KubernetesObject>,
  filter: ((entry: Entry) => boolean) | undefined,
): Change | undefined {
  const { entry, previous } = event;
  const is = entry !== undefined && (filter?.(entry) ?? true);
  const was = previous !== undefined && (filter?.(previous) ?? true);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', entry };
  return was && event.gone ? { type: 'DELETED', entry: event.gone } : undefined;
}

const tooOld = (asked: number, oldest: number) => newExpired(`too old resource version: ${asked} (${oldest})`);

function validateWatchOptions(options: ListOptions): void {
  const errors = [];
  const match = options.resourceVersionMatch;
  const field = new FieldPath('resourceVersionMatch');
  if (options.sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match !== '') {
    if (options.sendInitialEvents === undefined)
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(notSupported(field, match, ['NotOlderThan']));
    if (options.continue) errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
}
