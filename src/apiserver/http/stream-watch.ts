import type { Clock } from '#base/clock.ts';
import type { RequestContext } from '../filters/request-context.ts';
import type { ServerCounters } from '../metrics/server-counters.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Change, ChangeListener, WatchHandle } from '../registry/watch.ts';
import type { ResourceRequest } from '../request.ts';
import { LIST_TYPES, negotiate } from '../serving/negotiate.ts';
import { createWatchEncoder } from '../serving/watch-encoder.ts';

/** Where the frames of a watch go. */
export interface WatchSink {
  /** False when the client is slow: nothing more is written until `onDrain` calls back. */
  write(frames: readonly Uint8Array[]): boolean;
  onDrain(callback: () => void): void;
  end(): void;
}

export interface WatchParts {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** Counts the events that are told. */
  readonly counters: Pick<ServerCounters, 'watch'>;
}

/** Runs a watch until its client goes or it ends. The sink is opened once the watch is known to be served. */
export async function streamWatch(
  context: RequestContext,
  request: ResourceRequest,
  { pipeline, clock, counters }: WatchParts,
  openSink: (contentType: string) => WatchSink,
): Promise<void> {
  const form = negotiate(context.header('accept'), true, LIST_TYPES);
  const view = pipeline.viewOf(request.target);
  const includeObject = context.query.get('includeObject') ?? '';
  const encoder = createWatchEncoder(view, { form, includeObject, now: () => clock.now() });
  const told = counters.watch(request.target);
  let sink: WatchSink | undefined;
  let handle: WatchHandle | undefined;
  // The present state is written before the handle is known.
  let isFull = false;
  const open = () => (sink ??= openSink(encoder.contentType));
  const failure = new AbortController();
  const tell = (changes: readonly Change[]) => {
    const frames = changes.map((change) => {
      if (change.type === 'BOOKMARK' && change.initialEventsEnd) {
        told.initial.observe((clock.now() - context.receivedAt) / 1000);
      }
      const frame = encoder.encode(change);
      told.sizes.observe(frame.length);
      return frame;
    });
    told.events.inc(changes.length);
    isFull = !open().write(frames);
    if (isFull) handle?.pause();
  };
  const listener: ChangeListener = {
    // What cannot be told to one watcher ends that watcher: the cache goes on to the others.
    onChanges(changes) {
      if (failure.signal.aborted) return;
      try {
        tell(changes);
      } catch (error) {
        handle?.cancel();
        failure.abort(error);
      }
    },
    onEnd(error) {
      if (error) open().write([encoder.encodeError(error.status)]);
      open().end();
    },
  };
  const started = await pipeline.serveWatch(request, listener);
  handle = started;
  context.releaseSeat?.();
  const over = AbortSignal.any([context.signal, failure.signal]);
  if (!over.aborted) {
    open().onDrain(() => {
      isFull = false;
      started.resume();
    });
    if (isFull) started.pause();
    await aborted(over);
  }
  started.cancel();
  if (!failure.signal.aborted) return;
  sink?.end();
  throw failure.signal.reason;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
