/**
 * The watch cache alone: what it takes to load, list and fan out. 10,000 objects of 2,000 bytes in a memory store; watchers
 * take each batch in its one shared encoding, as HTTP watchers do, and nothing is sent. Arguments: seconds a measurement, by
 * default 2.
 */

import type { CacheEventBatch } from '../../src/storage/cache/cache-event.ts';
import { ObjectCache } from '../../src/storage/cache/object-cache.ts';
import { StoreFeed } from '../../src/storage/cache/store-feed.ts';
import { createMemoryStore } from '../../src/storage/memory/memory-store.ts';

interface Thing {
  readonly name: string;
  readonly node: string;
  readonly padding: string;
}

const OBJECTS = 10_000;
const NODES = 1000;
const seconds = Number(process.argv[2] ?? 2);
const padding = 'x'.repeat(1900);
const keyOf = (i: number) => `/registry/things/namespace-${i % 50}/thing-${i}`;
const thing = (i: number): Thing => ({ name: `thing-${i}`, node: `node-${i % NODES}`, padding });
const encode = (object: Thing) => Buffer.from(JSON.stringify(object));

const store = createMemoryStore();
await Promise.all(Array.from({ length: OBJECTS }, (_, i) => store.put(keyOf(i), encode(thing(i)))));
const feed = await StoreFeed.open({ store });
const rows: Record<string, unknown>[] = [];
const report = (what: string, value: number, unit: string) => rows.push({ what, value: Math.round(value), unit });

function openCache(indexed: boolean): Promise<ObjectCache<Thing>> {
  return ObjectCache.open<Thing>({
    feed,
    prefix: '/registry/things/',
    codec: { decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Thing, revise: (object) => object },
    ...(indexed ? { indexes: { node: (object: Thing) => [object.node] } } : {}),
  });
}

/** Calls `action` again and again and reports how long one call takes. */
function timeCalls(what: string, action: () => void): void {
  let calls = 0;
  const begin = performance.now();
  for (; performance.now() - begin < (seconds * 1000) / 4; calls++) action();
  report(what, ((performance.now() - begin) / calls) * 1000, 'µs');
}

/** Writes rounds of updates until time is up; every object is primed, as those written by an API server in the process are. */
async function update(cache: ObjectCache<Thing>, perRound: number): Promise<{ writes: number; elapsed: number }> {
  let writes = 0;
  const begin = performance.now();
  while (performance.now() - begin < seconds * 1000) {
    const round = Array.from({ length: perRound }, () => {
      const i = writes++ % OBJECTS;
      const bytes = values[i]!.subarray();
      cache.prime(bytes, objects[i]!);
      return store.put(keyOf(i), bytes);
    });
    await Promise.all(round);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  return { writes, elapsed: (performance.now() - begin) / 1000 };
}

let delivered = 0;
let sent = 0;
function take(batch: CacheEventBatch<Thing>): void {
  let encoded = batch.memo.get('json') as Uint8Array | undefined;
  if (!encoded) {
    encoded = Buffer.concat(batch.events.map(({ entry, gone }) => (entry ?? gone)!.bytes));
    batch.memo.set('json', encoded);
  }
  delivered += batch.events.length;
  sent += encoded.length;
}

const objects = Array.from({ length: OBJECTS }, (_, i) => thing(i));
const values = objects.map(encode);

let begin = performance.now();
let cache = await openCache(false);
report(`load ${OBJECTS} objects`, (performance.now() - begin) * 1000, 'µs');
timeCalls(`list ${OBJECTS} objects`, () => cache.list());
timeCalls('list one of 50 namespaces', () => cache.list({ prefix: '/registry/things/namespace-7/' }));
timeCalls('first page of 500, with a snapshot', () => cache.list({ limit: 500 }));

let result = await update(cache, 256);
report('writes without watchers', result.writes / result.elapsed, 'writes/s');
for (const perRound of [1, 16, 256]) {
  const watches = Array.from({ length: 1000 }, () => cache.watch({}, { onEvents: take }));
  delivered = 0;
  result = await update(cache, perRound);
  report(`1,000 watchers of everything, ${perRound} writes a tick`, delivered / result.elapsed, 'deliveries/s');
  for (const watch of watches) watch.cancel();
}
cache.close();

begin = performance.now();
cache = await openCache(true);
report(`load ${OBJECTS} objects with an index`, (performance.now() - begin) * 1000, 'µs');
timeCalls('list one of 1,000 nodes', () => cache.list({ index: { name: 'node', value: 'node-7' } }));
for (let i = 0; i < NODES; i++) cache.watch({ index: { name: 'node', value: `node-${i}` } }, { onEvents: take });
delivered = 0;
result = await update(cache, 256);
report('1,000 watchers of one node each, 256 writes a tick', delivered / result.elapsed, 'deliveries/s');
cache.close();
feed.close();
await store.close();
console.table(rows);
console.log(`${Math.round(sent / 2 ** 20)} MiB handed to watchers`);
