import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const namespace = 'default';
const store = createMemoryStore();
const clock = new VirtualClock();
let cluster: Cluster;
const start = async () => {
  cluster = await Cluster.start({ store, clock, controllers: false, scheduler: false });
};
beforeAll(async () => {
  await start();
  for (const name of ['a', 'b', 'c', 'd']) await maps().create({ metadata: { name, namespace } });
});
afterAll(async () => {
  await cluster.stop();
  await store.close();
});

const maps = () => cluster.client.of(ConfigMaps);
const names = (list: { readonly items: readonly { readonly metadata?: { readonly name?: string } }[] }) =>
  list.items.map(({ metadata }) => metadata?.name);
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StatusError)) throw new Error(`refused with ${error}`);
  return error.status;
};
const token = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

test('a list goes on at its revision, and when that is gone as things are now, if the client wants it so', async () => {
  const first = await maps().list({ namespace, limit: 2 });
  await maps().delete('c', { namespace });
  await maps().create({ metadata: { name: 'e', namespace } });
  const next = await maps().list({ namespace, limit: 2, continue: first.metadata.continue });
  expect([names(first), names(next)]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);

  // A server that starts knows no history.
  await cluster.stop();
  await start();
  const status = await refusal(maps().list({ namespace, limit: 1, continue: first.metadata.continue }));
  expect([status.code, status.reason, status.message]).toEqual([
    410,
    'Expired',
    expect.stringContaining('inconsistent list'),
  ]);
  const rest = await maps().list({ namespace, limit: 1, continue: status.metadata.continue });
  expect([names(rest), rest.metadata.continue]).toEqual([['d'], expect.stringMatching(/.+/)]);
  expect(names(await maps().list({ namespace, limit: 1, continue: rest.metadata.continue }))).toEqual(['e']);

  const old = { resourceVersion: first.metadata.resourceVersion, resourceVersionMatch: 'Exact' } as const;
  expect(await refusal(maps().list({ namespace, ...old }))).toMatchObject({
    code: 410,
    message: 'The resourceVersion for the provided list is too old.',
  });
});

describe('a token that this server did not make', () => {
  test.each([
    ['is no JSON', 'abc'],
    ['is null', token(null)],
    ['is a list', token([])],
    ['is of another version', token({ v: 'v9', rv: 5, start: 'a' })],
    ['names no revision', token({ v: 'meta.k8s.io/v1', start: 'a' })],
    ['names half a revision', token({ v: 'meta.k8s.io/v1', rv: 1.5, start: 'a' })],
    ['names a revision before all', token({ v: 'meta.k8s.io/v1', rv: -7, start: 'a' })],
    ['names no key', token({ v: 'meta.k8s.io/v1', rv: 5, start: '' })],
  ])('and %s is refused', async (_what, text) => {
    const status = await refusal(maps().list({ namespace, limit: 1, continue: text }));
    expect([status.code, status.message]).toEqual([
      400,
      expect.stringMatching(/^invalid continue token: continue key is not valid: /),
    ]);
  });

  test('and names a revision that is still to come is waited for, and then is too large', async () => {
    const list = refusal(
      maps().list({ namespace, limit: 1, continue: token({ v: 'meta.k8s.io/v1', rv: 1e9, start: '/' }) }),
    );
    const turn = setInterval(() => clock.advance(1_000), 5);
    const { code, message } = await list;
    expect([code, message]).toEqual([
      504,
      expect.stringMatching(/^Timeout: Too large resource version: 1000000000, current: \d+$/),
    ]);
    clearInterval(turn);
  });
});
