import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { Query, type ResourceRequest } from '../request.ts';
import type { Change } from './watch.ts';

const OBJECTS = 3200;
let cluster: Cluster;
let before: string | undefined;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  const maps = cluster.client.of(ConfigMaps);
  before = (await maps.list({ namespace: 'default' })).metadata.resourceVersion;
  const names = Array.from({ length: OBJECTS }, (_, index) => `map-${String(index).padStart(4, '0')}`);
  await Promise.all(names.map((name) => maps.create({ metadata: { name, namespace: 'default' } })));
});
afterAll(() => cluster.stop());

const STATE = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
const request = (query: Record<string, string>): ResourceRequest => ({
  target: {
    verb: 'watch',
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace: 'default',
    name: '',
    subresource: '',
    subpath: '',
  },
  user: { name: 'admin', groups: ['system:masters'] },
  query: Query.from(query),
  body: { type: 'none' },
  userAgent: 'test',
  client: { signal: new AbortController().signal },
  warnings: [],
});
const nameOf = (change: Change) => (change.type === 'BOOKMARK' ? change.type : change.entry.object.metadata?.name);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a slow client is told the present state piece by piece, and what happens meanwhile afterwards', async () => {
  const pieces: (readonly Change[])[] = [];
  const listener = {
    onChanges(changes: readonly Change[]) {
      pieces.push(changes);
      handle?.pause();
    },
    onEnd: () => {},
  };
  let handle: { pause(): void; resume(): void; cancel(): void } | undefined;
  handle = await cluster.apiServer.pipeline.serveWatch(request(STATE), listener);
  handle.pause();
  const maps = cluster.client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'later', namespace: 'default' } });
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(pieces.map(({ length }) => length)).toEqual([500]);
  for (let round = 0; round < 9; round++) {
    handle.resume();
    await turn();
  }
  handle.cancel();
  expect(pieces.map(({ length }) => length)).toEqual([...Array(6).fill(500), OBJECTS - 3000 + 1, 1]);
  const told = pieces.flat().map(nameOf);
  const state = told.slice(0, told.indexOf('BOOKMARK'));
  expect(state).toEqual([...state].sort());
  expect(new Set(state).size).toBe(OBJECTS);
  expect(told.slice(state.length)).toEqual(['BOOKMARK', 'later']);
});

test('a fast client, too, is told what happens meanwhile afterwards', async () => {
  const maps = cluster.client.of(ConfigMaps);
  const told: Change[] = [];
  let writes = 0;
  const listener = {
    onChanges(changes: readonly Change[]) {
      told.push(...changes);
      if (writes < 3) void maps.create({ metadata: { name: `meanwhile-${writes++}`, namespace: 'default' } });
    },
    onEnd: () => {},
  };
  const handle = await cluster.apiServer.pipeline.serveWatch(request(STATE), listener);
  await waitFor(() => told.length === OBJECTS + 1 + 1 + 3);
  handle.cancel();
  const end = told.findIndex(({ type }) => type === 'BOOKMARK');
  expect(told.slice(end + 1).map(nameOf)).toEqual(['meanwhile-0', 'meanwhile-1', 'meanwhile-2']);
});

test('history is told piece by piece, too', async () => {
  const pieces: number[] = [];
  const listener = { onChanges: (changes: readonly Change[]) => void pieces.push(changes.length), onEnd: () => {} };
  const handle = await cluster.apiServer.pipeline.serveWatch(request({ resourceVersion: before ?? '' }), listener);
  await waitFor(() => pieces.reduce((sum, length) => sum + length, 0) === OBJECTS + 1 + 3);
  handle.cancel();
  expect(Math.max(...pieces)).toBe(500);
});
