import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Timer } from '#base/clock.ts';
import { FieldPath, forbidden, notSupported } from '#machinery/errors/field-error.ts';
import { newExpired, newInvalid, type StatusError } from '#machinery/errors/status-error.ts';
import type { CacheEvent } from '#storage/cache/cache-event.ts';
import type { CacheWatch } from '#storage/cache/cache-watch.ts';
import { CompactedError } from '#storage/store.ts';
import type { ResourceRequest } from '../request.ts';
import { waitForRevision } from './list.ts';
import { type ListOptions, parseListOptions } from './list-options.ts';
import type { RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { revisionOfRead } from './revision.ts';
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
/** How long before its timeout a watch says once more how far it is, so that its client goes on from close to there. */
const LAST_BOOKMARK_MS = 2000;
const MIN_TIMEOUT_SECONDS = 1800;
/** Objects of the present state that are told at a time: others have their turn between, and a slow client takes no more. */
const STATE_PIECE = 500;
/** Events that may pile up for a slow client. */
const MOST_PENDING = 1000;

/** The present state as far as it is still to be told, and what is said at its end. */
interface State {
  readonly entries: readonly Entry[];
  readonly end: readonly Change[];
  told: number;
}

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
  const revision = resourceVersion === '' ? 0 : revisionOfRead(resourceVersion);
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
  #paused = false;
  #state: State | undefined;

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
    this.#paused = true;
    this.#watch?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#state) this.#tellState(this.#state);
    else this.#watch?.resume();
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
        : revisionOfRead(resourceVersion);
    // Read in the same tick in which the watch begins: nothing comes between.
    this.#state = wantsState ? this.#readState(scope, filter) : undefined;
    const pendingLimit = Math.max(MOST_PENDING, this.#state?.entries.length ?? 0);
    try {
      this.#watch = storage.cache.watch(
        { ...scope, ...(from === undefined ? {} : { from }), pendingLimit },
        {
          onEvents: (batch) => this.#deliver(batch.events, filter),
          // A slow watcher is let go without a word, as upstream does: it may come back at the revision it has reached.
          onEnd: (reason) => {
            if (reason === 'slow') storage.metrics.cutOff();
            this.#end(undefined);
          },
        },
      );
      if (this.#state) this.#tellState(this.#state);
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error;
      const expired = tooOld(from ?? 0, error.compactedRevision);
      setImmediate(() => this.#end(expired));
    }
  }

  #readState(
    scope: { readonly key: string } | { readonly prefix: string } | { readonly index: { name: string; value: string } },
    filter: ((entry: Entry) => boolean) | undefined,
  ): State {
    const { cache } = this.#parts.storage;
    const { revision } = cache;
    const { sendInitialEvents, allowWatchBookmarks } = this.#options;
    const isMarked = sendInitialEvents && allowWatchBookmarks;
    const end: Change[] = isMarked ? [{ type: 'BOOKMARK', revision, initialEventsEnd: true }] : [];
    if (!('key' in scope)) {
      return { entries: cache.list({ ...scope, ...(filter ? { match: filter } : {}) }).entries, end, told: 0 };
    }
    const entry = cache.get(scope.key);
    return { entries: entry && (filter?.(entry) ?? true) ? [entry] : [], end, told: 0 };
  }

  /** Tells the next piece of the present state as ADDED events, the last with the bookmark that says so. Events wait. */
  #tellState(state: State): void {
    if (this.#ended || this.#paused || this.#state !== state) return;
    const piece = state.entries.slice(state.told, state.told + STATE_PIECE);
    state.told += piece.length;
    const isLast = state.told === state.entries.length;
    const added = piece.map((entry): Change => ({ type: 'ADDED', entry }));
    const changes = isLast ? [...added, ...state.end] : added;
    if (isLast) this.#state = undefined;
    else this.#watch?.pause();
    if (changes.length > 0) this.#listener.onChanges(changes);
    if (!isLast) setImmediate(() => this.#tellState(state));
    else if (!this.#paused) this.#watch?.resume();
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
    let left = seconds * 1000 - LAST_BOOKMARK_MS;
    let bookmark: Timer | undefined;
    const awaitBookmark = () => {
      const delay = Math.min(BOOKMARK_INTERVAL_MS, left);
      left -= delay;
      bookmark = delay > 0 ? clock.setTimer(delay, sendBookmark) : undefined;
    };
    const sendBookmark = () => {
      // The watch's revision, not the cache's: events are delivered once a tick, and a bookmark must not pass them.
      if (this.#state === undefined && this.#watch?.pending === 0) {
        const { revision } = this.#watch;
        this.#listener.onChanges([{ type: 'BOOKMARK', revision, initialEventsEnd: false }]);
      }
      awaitBookmark();
    };
    if (this.#options.allowWatchBookmarks) awaitBookmark();
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
