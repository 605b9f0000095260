import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

const clock = new VirtualClock();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ clock, controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

test('a bookmark never names a revision whose events are still to come', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const stop = new AbortController();
  const seen: { readonly type: string; readonly revision: number }[] = [];
  const { metadata } = await maps.list({ namespace: 'default' });
  const options = { namespace: 'default', resourceVersion: metadata.resourceVersion, allowWatchBookmarks: true };
  const watched = maps.watch(
    options,
    (events) => {
      for (const { type, object } of events) seen.push({ type, revision: Number(object.metadata?.resourceVersion) });
    },
    stop.signal,
  );
  for (let round = 0; round < 20; round++) {
    // The bookmark falls due in the very tick in which the write is acknowledged.
    await maps.create({ metadata: { name: `map-${round}`, namespace: 'default' } });
    clock.advance(60_000);
  }
  await waitFor(() => seen.filter(({ type }) => type === 'ADDED').length === 20);
  stop.abort();
  await watched.catch(() => {});
  expect(seen.some(({ type }) => type === 'BOOKMARK')).toBe(true);
  const revisions = seen.map(({ revision }) => revision);
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  const passed = seen.filter(
    ({ type, revision }, at) => type === 'ADDED' && seen.slice(0, at).some((other) => other.revision >= revision),
  );
  expect(passed).toEqual([]);
});

test.each([
  { timeoutSeconds: 1, after: [] },
  { timeoutSeconds: 9, after: [7] },
  { timeoutSeconds: 61, after: [59] },
  { timeoutSeconds: 63, after: [60, 61] },
])('a watch of $timeoutSeconds s says after $after s how far it is', async ({ timeoutSeconds, after }) => {
  const begin = clock.monotonic();
  const told: number[] = [];
  const watched = cluster.client.of(ConfigMaps).watch(
    { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true, timeoutSeconds },
    (events) => {
      for (const { type } of events) if (type === 'BOOKMARK') told.push((clock.monotonic() - begin) / 1000);
    },
    new AbortController().signal,
  );
  await waitFor(() => told.length === 1, { what: 'the end of the present state' });
  clock.advance(timeoutSeconds * 1000);
  await watched;
  expect(told).toEqual([0, ...after]);
});
