import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { QueueSet, type QueueSetLimits, RefusedError, type Seat } from './queue-set.ts';

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Outcome {
  readonly flow: string;
  readonly width: number;
  state: 'waiting' | 'running' | 'done' | 'refused';
  seat?: Seat;
}

/** A queue set on a virtual clock that records what becomes of every request. */
function harness(limits: QueueSetLimits, waitLimitMs = 15_000) {
  const clock = new VirtualClock();
  const set = new QueueSet(limits, { clock, waitLimitMs });
  const order: string[] = [];
  const enter = (flow: string, width = 1, signal?: AbortSignal): Outcome & { reason?: string } => {
    const outcome: Outcome & { reason?: string } = { flow, width, state: 'waiting' };
    const begin = (seat: Seat) => {
      outcome.state = 'running';
      outcome.seat = seat;
      order.push(flow);
    };
    const refuse = (error: unknown) => {
      if (!(error instanceof RefusedError)) throw error;
      outcome.state = 'refused';
      outcome.reason = error.reason;
    };
    try {
      const seat = set.enter({ flow, width, ...(signal ? { client: { signal } } : {}) });
      if (seat instanceof Promise) seat.then(begin, refuse);
      else begin(seat);
    } catch (error) {
      refuse(error);
    }
    return outcome;
  };
  const finish = (outcome: Outcome) => {
    outcome.seat?.release();
    outcome.state = 'done';
  };
  return { clock, set, order, enter, finish };
}

const QUEUING = { queues: 16, handSize: 4, queueLengthLimit: 50 };

describe('a level without queues', () => {
  test('refuses what finds no seat', () => {
    const { enter, finish } = harness({ seats: 2 });
    const [first] = [enter('a'), enter('a')];
    expect(enter('b')).toMatchObject({ state: 'refused', reason: 'concurrency-limit' });
    finish(first as Outcome);
    expect(enter('b').state).toBe('running');
  });
});

describe('a level with queues', () => {
  test('lets a request that waited in when a seat is given back', async () => {
    const { enter, finish, set } = harness({ seats: 1, queuing: QUEUING });
    const first = enter('a');
    const second = enter('a');
    expect([second.state, set.waiting]).toEqual(['waiting', 1]);
    finish(first);
    await tick();
    expect([second.state, set.waiting, set.executing]).toEqual(['running', 0, 1]);
  });

  test('refuses a request that waited too long, and one whose queue is full', async () => {
    const { enter, clock } = harness({ seats: 1, queuing: { queues: 1, handSize: 1, queueLengthLimit: 1 } }, 1000);
    enter('a');
    const waiting = enter('a');
    expect(enter('a')).toMatchObject({ state: 'refused', reason: 'queue-full' });
    clock.advance(1000);
    await tick();
    expect(waiting).toMatchObject({ state: 'refused', reason: 'time-out' });
  });

  test('forgets a request whose client has gone', async () => {
    const { enter, set } = harness({ seats: 1, queuing: QUEUING });
    enter('a');
    const gone = new AbortController();
    const waiting = enter('a', 1, gone.signal);
    gone.abort();
    await tick();
    expect([waiting.state, waiting.reason, set.waiting]).toEqual(['refused', 'cancelled', 0]);
  });

  test('runs a request that is wider than the limit alone', async () => {
    const { enter, finish } = harness({ seats: 2, queuing: QUEUING });
    const narrow = enter('a');
    const wide = enter('b', 5);
    expect(wide.state).toBe('waiting');
    finish(narrow);
    await tick();
    expect([wide.state, enter('c').state]).toEqual(['running', 'waiting']);
  });

  test('more seats let in who waits', async () => {
    const { enter, set } = harness({ seats: 1, queuing: QUEUING });
    const all = [enter('a'), enter('a'), enter('b')];
    set.configure({ seats: 3, queuing: QUEUING });
    await tick();
    expect(all.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
  });

  test('a flow of many requests leaves the others their share', async () => {
    const { enter, finish, order, clock } = harness({
      seats: 1,
      queuing: { queues: 64, handSize: 1, queueLengthLimit: 200 },
    });
    const running: Outcome[] = [];
    const all = [
      ...Array.from({ length: 100 }, () => enter('elephant')),
      ...Array.from({ length: 10 }, () => enter('mouse')),
    ];
    for (let served = 0; served < 40; served++) {
      clock.advance(5);
      const current = all.find(({ state }) => state === 'running');
      if (current) {
        running.push(current);
        finish(current);
      }
      await tick();
    }
    expect(running).toHaveLength(40);
    // All ten of the small flow are among the first twenty or so, each other place is the big one's.
    expect(order.slice(0, 24).filter((flow) => flow === 'mouse')).toHaveLength(10);
  });
});

test('whatever comes, limits hold and nobody waits beside a free seat', async () => {
  const arrival = fc.record({
    type: fc.constant('enter' as const),
    flow: fc.constantFrom('a', 'b', 'c', 'd'),
    width: fc.integer({ min: 1, max: 3 }),
  });
  const leaving = fc.record({ type: fc.constant('finish' as const), which: fc.nat(20) });
  const aborting = fc.record({ type: fc.constant('abort' as const), which: fc.nat(20) });
  const time = fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400 }) });
  const resize = fc.record({ type: fc.constant('resize' as const), seats: fc.integer({ min: 3, max: 8 }) });
  const steps = fc.array(
    fc.oneof({ weight: 4, arbitrary: arrival }, { weight: 3, arbitrary: leaving }, aborting, time, resize),
    {
      maxLength: 80,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const queuing = { queues: 4, handSize: 2, queueLengthLimit: 5 };
      let seats = 4;
      const { clock, set, enter, finish } = harness({ seats, queuing }, 1000);
      const all: (Outcome & { abort: AbortController })[] = [];
      for (const step of list) {
        const running = all.filter(({ state }) => state === 'running');
        const waiting = all.filter(({ state }) => state === 'waiting');
        if (step.type === 'enter') {
          const abort = new AbortController();
          all.push(Object.assign(enter(step.flow, step.width, abort.signal), { abort }));
        } else if (step.type === 'finish') {
          const one = running[step.which % Math.max(1, running.length)];
          if (one) finish(one);
        } else if (step.type === 'abort') waiting[step.which % Math.max(1, waiting.length)]?.abort.abort();
        else if (step.type === 'wait') clock.advance(step.ms);
        else {
          const shrinks = step.seats < seats;
          seats = step.seats;
          set.configure({ seats, queuing });
          if (shrinks) continue;
        }
        await tick();
        const inUse = all.filter(({ state }) => state === 'running').reduce((sum, { width }) => sum + width, 0);
        const left = all.filter(({ state }) => state === 'waiting');
        expect({ inUse: set.seatsInUse, waiting: set.waiting }).toEqual({ inUse, waiting: left.length });
        if (step.type === 'enter' && all.at(-1)?.state === 'running') expect(inUse).toBeLessThanOrEqual(seats);
        // The narrowest that waits never fits if all that wait are one seat wide; the first in turn may be wider.
        if (left.length > 0) expect(inUse).toBeGreaterThan(seats - 3);
      }
      for (let round = 0; round < 200 && all.some(({ state }) => state === 'running'); round++) {
        for (const each of all) if (each.state === 'running') finish(each);
        await tick();
      }
      expect(all.filter(({ state }) => state === 'waiting' || state === 'running')).toEqual([]);
      expect([set.seatsInUse, set.waiting, set.executing]).toEqual([0, 0, 0]);
    }),
    { numRuns: 150 },
  );
});
