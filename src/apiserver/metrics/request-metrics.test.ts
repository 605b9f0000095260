import { expect, test } from 'vitest';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { RequestContext } from '../filters/request-context.ts';
import type { Exchange } from '../http/exchange.ts';
import { RequestMetrics } from './request-metrics.ts';

/** What is measured of a request that took that many seconds, in all and but for waiting. */
function measured(search: string, { seconds, queuedMs }: { readonly seconds: number; readonly queuedMs: number }) {
  const registry = new MetricRegistry();
  const metrics = new RequestMetrics(registry, { get: () => undefined });
  const exchange: Partial<Exchange> = {
    method: 'GET',
    path: '/api/v1/pods',
    query: new URLSearchParams(search),
    header: () => '',
  };
  const context = new RequestContext(exchange as Exchange, 0);
  const end = metrics.begin(context);
  context.latencies.queue = queuedMs;
  end(seconds);
  const sumOf = (name: string) => {
    const line = registry
      .render()
      .split('\n')
      .find((each) => each.startsWith(`${name}_sum`));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  return [sumOf('apiserver_request_duration_seconds'), sumOf('apiserver_request_sli_duration_seconds')];
}

test('what requests wait for others is no fault of the server’s', () => {
  expect(measured('', { seconds: 3, queuedMs: 2000 })).toEqual([3, 1]);
});

test('what nobody means to do says nothing of how fast the server is', () => {
  expect(measured('dryRun=All', { seconds: 3, queuedMs: 0 })).toEqual([3, undefined]);
});
