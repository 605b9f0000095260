import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import type { Flow, FlowControl } from '../flow-control/flow-control.ts';
import type { Seat } from '../flow-control/queue-set.ts';
import type { Exchange } from '../http/exchange.ts';
import { flowControlled } from './flow-control.ts';
import { RequestContext } from './request-context.ts';

test.each([
  ['has to wait', 7],
  ['has its turn at once', 0],
])('a request that %s says for how long it waited', async (_, milliseconds) => {
  const clock = new VirtualClock();
  const seat: Seat = { release: () => {} };
  const flow = { schema: {}, level: { uid: '', name: 'a', bounds: { nominal: 1 }, queueSet: { limits: {} } } };
  const flowControl: Pick<FlowControl, 'classify' | 'enter'> = {
    classify: () => flow as unknown as Flow,
    enter: () =>
      milliseconds > 0 ? new Promise((resolve) => clock.setTimer(milliseconds, () => resolve(seat))) : seat,
  };
  const filter = flowControlled({
    flowControl: flowControl as FlowControl,
    stored: () => ({ count: 0, averageBytes: 0 }),
    clock,
  });
  const exchange: Partial<Exchange> = { path: '/version', query: new URLSearchParams() };
  const context = new RequestContext(exchange as Exchange, 0);
  const answered = filter(() => {})(context);
  clock.advance(milliseconds);
  await answered;
  expect(context.latencies.queue).toBe(milliseconds);
});
