import { expect, test } from 'vitest';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import type { Exchange } from '../http/exchange.ts';
import { ImpersonationMetrics } from '../metrics/impersonation-metrics.ts';
import { impersonation } from './impersonation.ts';
import { RequestContext } from './request-context.ts';

test('tells how long it took to find out whether somebody may act as another, and how it ended', async () => {
  const [clock, registry] = [new VirtualClock(), new MetricRegistry()];
  const decide = async ({ verb }: { readonly verb: string }) => {
    clock.advance(3);
    return { allowed: verb === 'impersonate', denied: false, reason: '' };
  };
  const filter = impersonation({ decide }, new ImpersonationMetrics(registry, clock));
  const actAs = async (name: string) => {
    const headers = ['impersonate-user', name];
    const exchange: Partial<Exchange> = {
      path: '/version',
      rawHeaders: headers,
      header: (each) => (each === headers[0] ? name : ''),
    };
    const context = new RequestContext(exchange as Exchange, 0);
    context.verb = 'get';
    context.user = { name: 'jane', groups: [] };
    await filter(() => {})(context);
    return context.latencies.impersonation;
  };
  // Whoever is no service account and no node is asked for as such, and then plainly.
  expect(await actAs('joe')).toBe(6);
  const told = (name: string) =>
    registry
      .render()
      .split('\n')
      .filter((line) => line.startsWith(`apiserver_impersonation_${name}{`));
  expect(told('attempts_total')).toEqual([
    'apiserver_impersonation_attempts_total{mode="legacy",decision="allowed"} 1',
  ]);
  expect(told('authorization_attempts_total')).toEqual([
    'apiserver_impersonation_authorization_attempts_total{mode="user-info",decision="denied"} 1',
    'apiserver_impersonation_authorization_attempts_total{mode="legacy",decision="allowed"} 1',
  ]);
});
