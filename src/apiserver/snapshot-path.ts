import { writeSnapshot } from '#storage/snapshot/write-snapshot.ts';
import type { Store } from '#storage/store.ts';
import type { Exchange, ResponseStream } from './http/exchange.ts';

/** Where a snapshot of the store is read, by those who may `get` this path. */
export const SNAPSHOT_PATH = '/knarr/snapshot';

/** Answers `SNAPSHOT_PATH` with the store as it is at one revision. False for other paths. */
export function createSnapshotPath(store: Store): (exchange: Exchange) => Promise<boolean> {
  return async (exchange) => {
    if (exchange.path !== SNAPSHOT_PATH || exchange.method !== 'GET') return false;
    const stream = exchange.startStream(200, {
      'content-type': 'application/octet-stream',
    });
    let drained = () => {};
    stream.onDrain(() => drained());
    exchange.signal.addEventListener('abort', () => drained(), { once: true });
    for await (const chunk of writeSnapshot(store)) {
      if (exchange.signal.aborted) return true;
      if (!stream.write(chunk)) await new Promise<void>((resolve) => (drained = resolve));
    }
    await ended(stream, exchange.signal);
    return true;
  };
}

/** The answer is complete when it was sent. */
function ended(stream: ResponseStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    stream.end();
    if (signal.aborted) resolve();
  });
}
