import { afterEach, describe, expect, test } from 'vitest';
import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Event, Events } from '#api/core/v1/event.ts';
import { mergePatch } from '#client/options.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

const MINUTE = 60_000;
let cluster: Cluster;
afterEach(() => cluster.stop());

const event = (name: string, lastTimestamp?: string): Event => ({
  metadata: { name, namespace: 'default' },
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
  ...(lastTimestamp ? { lastTimestamp } : {}),
});
const namesOf = async () =>
  (await cluster.client.of(Events).list({ namespace: 'default' })).items.map(({ metadata }) => metadata?.name);
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Minutes pass one after another, with what they set off. */
async function pass(clock: VirtualClock, minutes: number): Promise<void> {
  for (let each = 0; each < minutes; each++) {
    clock.advance(MINUTE);
    for (let round = 0; round < 5; round++) await tick();
  }
}

describe('events', () => {
  test('go after an hour, and watchers are told', async () => {
    const clock = new VirtualClock();
    cluster = await Cluster.start({ clock, controllers: false, scheduler: false });
    const events = cluster.client.of(Events);
    await events.create(event('first'));
    await pass(clock, 30);
    await events.create(event('second'));
    await pass(clock, 29);
    expect(await namesOf()).toEqual(['first', 'second']);
    const seen: string[] = [];
    const stop = new AbortController();
    void events.watch(
      { namespace: 'default' },
      (some) => void seen.push(...some.map(({ type, object }) => `${type} ${object.metadata?.name}`)),
      stop.signal,
    );
    await pass(clock, 2);
    await waitFor(async () => (await namesOf()).join() === 'second' && seen.length > 2);
    expect(seen).toEqual(['ADDED first', 'ADDED second', 'DELETED first']);
    stop.abort();
    await pass(clock, 30);
    await waitFor(async () => (await namesOf()).length === 0);
  });

  test('that happen again stay', async () => {
    const clock = new VirtualClock();
    cluster = await Cluster.start({
      clock,
      controllers: false,
      scheduler: false,
      operations: { eventTtlMs: 10 * MINUTE },
    });
    const events = cluster.client.of(Events);
    const created = await events.create(event('again'));
    await pass(clock, 8);
    await events.update({ ...created, lastTimestamp: new Date(clock.now()).toISOString().replace('.000', '') });
    await pass(clock, 8);
    expect(await namesOf()).toEqual(['again']);
    await pass(clock, 3);
    await waitFor(async () => (await namesOf()).length === 0);
  });

  test('of before a restart, and those that claim to be of the future, go in time', async () => {
    const clock = new VirtualClock();
    const store = createMemoryStore();
    cluster = await Cluster.start({ clock, store, controllers: false, scheduler: false });
    await cluster.client.of(Events).create(event('old'));
    await cluster.client.of(Events).create(event('future', '2999-01-01T00:00:00Z'));
    await cluster.stop();
    clock.advance(40 * MINUTE);
    cluster = await Cluster.start({ clock, store, controllers: false, scheduler: false });
    await pass(clock, 21);
    await waitFor(async () => (await namesOf()).join() === 'future');
    await pass(clock, 40);
    await waitFor(async () => (await namesOf()).length === 0);
    await cluster.stop();
    await store.close();
  });
});

test('history older than five to ten minutes is compacted, and watches do not notice', async () => {
  const clock = new VirtualClock();
  const store = createMemoryStore();
  cluster = await Cluster.start({ clock, store, controllers: false, scheduler: false });
  const maps = cluster.client.of(ConfigMaps);
  const first = await maps.create({ metadata: { name: 'a', namespace: 'default' } });
  const revision = store.revision;
  await pass(clock, 5);
  await maps.create({ metadata: { name: 'b', namespace: 'default' } });
  await pass(clock, 5);
  expect(store.compactedRevision).toBeGreaterThanOrEqual(revision);
  expect(store.compactedRevision).toBeLessThan(store.revision);
  const seen: (string | undefined)[] = [];
  const stop = new AbortController();
  const { resourceVersion = '' } = first.metadata ?? {};
  void maps.watch(
    { namespace: 'default', resourceVersion },
    (some) => void seen.push(...some.map(({ object }) => object.metadata?.name)),
    stop.signal,
  );
  await waitFor(() => seen.join() === 'b');
  stop.abort();
});

test('a server that has a host name renews a lease', async () => {
  const clock = new VirtualClock();
  cluster = await Cluster.start({ clock, controllers: false, scheduler: false, operations: { hostname: 'box' } });
  const leases = cluster.client.of(Leases);
  const found = async () => (await leases.list({ namespace: 'kube-system' })).items;
  const [lease] = await waitFor(async () => {
    const items = await found();
    return items.length === 1 && items;
  });
  expect(lease?.metadata).toMatchObject({
    name: expect.stringMatching(/^apiserver-[a-z2-7]{26}$/),
    labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver', 'kubernetes.io/hostname': 'box' },
  });
  expect(lease?.spec).toMatchObject({ leaseDurationSeconds: 3600, renewTime: '2026-01-01T00:00:00.000000Z' });
  await pass(clock, 1);
  await waitFor(async () => (await found())[0]?.spec?.renewTime !== lease?.spec?.renewTime);
});

test('leases of servers that are gone are deleted, others stay', async () => {
  const clock = new VirtualClock();
  cluster = await Cluster.start({ clock, controllers: false, scheduler: false });
  const leases = cluster.client.of(Leases);
  const labels = { 'apiserver.kubernetes.io/identity': 'kube-apiserver' };
  const lease = (name: string, spec: Lease['spec'], own: Record<string, string> = labels): Lease => ({
    metadata: { name, namespace: 'kube-system', labels: own },
    ...(spec ? { spec } : {}),
  });
  const renewTime = (ago: number) => `${new Date(clock.now() - ago * 1000).toISOString().slice(0, -1)}000Z`;
  const one = { leaseDurationSeconds: 3600 };
  await Promise.all(
    [
      lease('gone', { ...one, renewTime: renewTime(3601) }),
      lease('silent', undefined),
      lease('alive', { leaseDurationSeconds: 36_000, renewTime: renewTime(0) }),
      lease('other', { ...one, renewTime: renewTime(9999) }, {}),
    ].map((each) => leases.create(each)),
  );
  await pass(clock, 61);
  const names = async () =>
    (await leases.list({ namespace: 'kube-system' })).items.map(({ metadata }) => metadata?.name);
  await waitFor(async () => (await names()).join() === 'alive,other');
});

test('since when the use of tokens is noted is written down, and written again when somebody damages it', async () => {
  const clock = new VirtualClock(Date.parse('2026-03-01T12:00:00Z'));
  cluster = await Cluster.start({ clock, controllers: false, scheduler: false });
  const maps = cluster.client.of(ConfigMaps);
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  const at = { namespace: 'kube-system' };
  const since = async () =>
    (await maps.list(at)).items.find(({ metadata }) => metadata?.name === name)?.data?.['since'];
  /** Time goes on meanwhile: whoever heard nothing for half a day may be about to ask again. */
  const noted = (day: string) =>
    waitFor(async () => {
      clock.advance(100);
      return (await since()) === day;
    });
  await noted('2026-03-01');
  await pass(clock, 12 * 60);
  await maps.patch(name, mergePatch({ data: { since: 'yesterday' } }), at);
  await noted('2026-03-02');
  await maps.patch(name, mergePatch({ data: { since: '2026-01-01' } }), at);
  await maps.delete(name, at);
  await noted('2026-03-02');
  // What somebody removes at once again is left alone for half an hour.
  await maps.delete(name, at);
  await pass(clock, 29);
  expect(await since()).toBeUndefined();
  await pass(clock, 2);
  await noted('2026-03-02');
});
