import { writeSnapshot } from '#storage/snapshot/write-snapshot.ts';
import type { Store } from '#storage/store.ts';
import type { RequestContext } from './filters/request-context.ts';
import type { ResponseStream } from './http/exchange.ts';
import type { Pipeline } from './pipeline.ts';

/** Where a snapshot of the store is read, by those who may `get` this path, and do everything with every resource. */
export const SNAPSHOT_PATH = '/knarr/snapshot';

/** Who may read all paths, as who looks after a server may, is not to read all Secrets by it. */
const EVERYTHING = { verb: '*', group: '*', version: '*', resource: '*', subresource: '', namespace: '', name: '' };

/** Answers `SNAPSHOT_PATH` with the store as it is at one revision. False for other paths. Rejects with a 403. */
export function createSnapshotPath(
  store: Store,
  pipeline: Pick<Pipeline, 'authorize'>,
): (exchange: RequestContext) => Promise<boolean> {
  return async (exchange) => {
    if (exchange.path !== SNAPSHOT_PATH || exchange.method !== 'GET') return false;
    await pipeline.authorize({ ...EVERYTHING, user: exchange.user });
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
