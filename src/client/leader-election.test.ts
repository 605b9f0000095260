import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { Events } from '#api/core/v1/event.ts';
import type { Clock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { seededRandom } from '#base/random.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { Client } from './client.ts';
import { createEventRecorder } from './events/event-recorder.ts';
import { LeaderElector } from './leader-election.ts';
import type { Transport } from './transport.ts';

const LEASE = { name: 'kube-scheduler', namespace: 'kube-system' };
const HOUR = 3_600_000;

let cluster: Cluster;
let clock: VirtualClock;
let random: ReturnType<typeof seededRandom>;
let instances: Instance[];

beforeEach(async () => {
  clock = new VirtualClock();
  random = seededRandom(1);
  instances = [];
  cluster = await Cluster.start({ controllers: false, scheduler: false, clock });
});

afterEach(async () => {
  for (const { stop } of instances) stop.abort();
  await pass(1000);
  await cluster.stop();
});

/** An instance that leads whenever it may, whose way to the server can be cut in either direction. */
class Instance {
  readonly identity: string;
  readonly elector: LeaderElector;
  readonly stop = new AbortController();
  readonly done: Promise<void>;
  /** `out`: calls never arrive; `back`: they arrive and answers do not. */
  cut: 'out' | 'back' | undefined;
  /** Whether its work has been told to go on. */
  acts = false;

  constructor(identity: string, { skewMs = 0, windDownMs = 0 } = {}) {
    this.identity = identity;
    const own: Clock = {
      now: () => clock.now() + skewMs,
      monotonic: () => clock.monotonic() + skewMs,
      setTimer: (ms, callback) => clock.setTimer(ms, callback),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const { transport } = cluster.client;
    const cuttable: Transport = {
      request: async (request) => {
        if (this.cut === 'out') return new Promise(() => {});
        const answer = await transport.request(request);
        return this.cut === 'back' ? new Promise(() => {}) : answer;
      },
      watch: (...given) => transport.watch(...given),
      close: () => transport.close(),
    };
    const events = createEventRecorder(cluster.client, { component: 'tested', clock, logger: silentLogger });
    const options = { lease: LEASE, identity, clock: own, random, events };
    this.elector = new LeaderElector(new Client(cuttable), options);
    this.done = this.#run(windDownMs);
    instances.push(this);
  }

  async #run(windDownMs: number): Promise<void> {
    while (!this.stop.signal.aborted) {
      await this.elector.runTerm(async (signal) => {
        this.acts = true;
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        });
        this.acts = false;
        if (windDownMs) await clock.sleep(windDownMs);
      }, this.stop.signal);
    }
  }
}

/** Lets time pass in small steps, with what happens at each. */
async function pass(milliseconds: number, check: () => void = () => {}): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 250) {
    clock.advance(Math.min(250, left));
    for (let turn = 0; turn < 12; turn++) await setImmediate();
    check();
  }
}

const leading = () => instances.filter(({ elector }) => elector.isLeader).map(({ identity }) => identity);
const acting = () => instances.filter(({ acts }) => acts).map(({ identity }) => identity);
const lease = async (): Promise<Lease> => cluster.client.of(Leases).get(LEASE.name, LEASE);

describe('leader election', () => {
  test('writes the lease as other implementations do, and renews it', async () => {
    new Instance('a');
    await pass(250);
    const { spec, metadata } = await lease();
    expect(metadata).toMatchObject(LEASE);
    const acquireTime = '2026-01-01T00:00:00.250000Z';
    expect(spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime,
      renewTime: acquireTime,
      leaseTransitions: 0,
    });
    await pass(4000);
    expect((await lease()).spec).toEqual({ ...spec, renewTime: '2026-01-01T00:00:04.250000Z' });
  });

  test('lets one instance lead, and the next one soon after it has left', async () => {
    const first = new Instance('a');
    await pass(250);
    new Instance('b');
    new Instance('c');
    await pass(60_000, () => expect([leading(), acting()]).toEqual([['a'], ['a']]));
    first.stop.abort();
    await first.done;
    expect((await lease()).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 });
    await pass(5000);
    expect(leading()).toHaveLength(1);
    expect(leading()).not.toEqual(['a']);
    expect((await lease()).spec).toMatchObject({ holderIdentity: leading()[0], leaseTransitions: 1 });
  });

  test('tells on the lease who leads and who has led', async () => {
    const first = new Instance('a');
    await pass(250);
    first.stop.abort();
    await first.done;
    await pass(250);
    const { items } = await cluster.client.of(Events).list({ namespace: 'kube-system' });
    const { uid } = (await lease()).metadata ?? {};
    const told = items.map(({ type, reason, message, involvedObject }) => [type, reason, message, involvedObject?.uid]);
    expect(told).toEqual([
      ['Normal', 'LeaderElection', 'a became leader', uid],
      ['Normal', 'LeaderElection', 'a stopped leading', uid],
    ]);
    expect(items[0]?.involvedObject).toMatchObject({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...LEASE });
  });

  test.each([
    { cut: 'out', skew: 0 },
    { cut: 'out', skew: HOUR },
    { cut: 'out', skew: -HOUR },
    { cut: 'back', skew: HOUR },
  ] as const)(
    'a leader that is cut off ($cut) stops before another one may act, whose clock shows $skew ms more',
    async ({ cut, skew }) => {
      const first = new Instance('a');
      await pass(250);
      const second = new Instance('b', { skewMs: skew });
      await pass(5000);
      first.cut = cut;
      const cutAt = clock.monotonic();
      let [stopped, taken] = [0, 0];
      await pass(40_000, () => {
        expect(leading().length).toBeLessThan(2);
        expect(acting().length).toBeLessThan(2);
        if (!stopped && !first.acts) stopped = clock.monotonic() - cutAt;
        if (!taken && second.acts) taken = clock.monotonic() - cutAt;
      });
      expect(stopped).toBeGreaterThan(0);
      expect(stopped).toBeLessThanOrEqual(10_000);
      expect(taken).toBeGreaterThan(stopped);
      // What a call did that arrived unanswered counts for others: one renewal later.
      expect(taken).toBeLessThanOrEqual(15_000 + 2_000 * 2.2 + 2_250);
      first.cut = undefined;
      await pass(5000);
      expect(leading()).toEqual(['b']);
    },
  );

  test('lets nobody take the lease from a leader that misses some renewals', async () => {
    const first = new Instance('a');
    await pass(250);
    new Instance('b');
    for (let round = 0; round < 5; round++) {
      first.cut = 'out';
      await pass(5000);
      first.cut = undefined;
      await pass(5000);
      expect(acting()).toEqual(['a']);
    }
  });

  test('says at once that it does not lead where it was stopped for long, before any timer is heard', async () => {
    const first = new Instance('a');
    await pass(250);
    expect(first.elector.isLeader).toBe(true);
    clock.advance(10_000);
    expect(first.elector.isLeader).toBe(false);
    await pass(5000);
    expect(first.elector.isLeader).toBe(true);
  });

  test('takes the lease again where somebody has deleted it', async () => {
    const first = new Instance('a');
    await pass(250);
    await cluster.client.of(Leases).delete(LEASE.name, { namespace: LEASE.namespace });
    await pass(2500);
    expect([first.acts, (await lease()).spec?.holderIdentity]).toEqual([true, 'a']);
  });

  test('keeps the lease until its work has ended', async () => {
    const first = new Instance('a', { windDownMs: 4000 });
    await pass(250);
    new Instance('b');
    await pass(1000);
    first.stop.abort();
    await pass(3500);
    expect((await lease()).spec?.holderIdentity).toBe('a');
    await pass(6000);
    expect((await lease()).spec?.holderIdentity).toBe('b');
  });

  test.each([1, 2, 3, 4, 5, 6])('never has two leaders, whoever is cut off when (seed %i)', async (seed) => {
    const dice = seededRandom(seed);
    for (const name of ['a', 'b', 'c']) new Instance(name, { skewMs: Math.floor(dice.next() * 2 * HOUR) - HOUR });
    const led = new Set<string>();
    for (let round = 0; round < 12; round++) {
      for (const instance of instances) {
        instance.cut = dice.next() < 0.5 ? undefined : dice.next() < 0.5 ? 'out' : 'back';
      }
      await pass(1000 + Math.floor(dice.next() * 24_000), () => {
        expect(leading().length).toBeLessThan(2);
        expect(acting().length).toBeLessThan(2);
        for (const name of leading()) led.add(name);
      });
    }
    for (const instance of instances) instance.cut = undefined;
    await pass(30_000);
    expect(leading()).toHaveLength(1);
    expect(led.size).toBeGreaterThan(0);
  });

  test('refuses times that leave no room between stopping and taking over', () => {
    const elector = (times: object) =>
      new LeaderElector(cluster.client, { lease: LEASE, identity: 'a', clock, random, ...times });
    expect(() => elector({ leaseDurationMs: 10_000 })).toThrow('lease, deadline and retry period must fall');
    expect(() => elector({ retryPeriodMs: 9000 })).toThrow('lease, deadline and retry period must fall');
  });
});
