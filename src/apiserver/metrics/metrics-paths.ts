import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { HealthChecks } from '../health.ts';
import type { Exchange } from '../http/exchange.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const encoder = new TextEncoder();

/** Answers `/metrics`, and `/metrics/slis` with the state of each health check. False for other paths. */
export function createMetricsPaths(registry: MetricRegistry, health: HealthChecks): (exchange: Exchange) => boolean {
  const slis = new MetricRegistry();
  slis.collected('gauge', 'kubernetes_healthcheck', {
    help: 'Whether a check of the health of this server passes',
    labels: ['name', 'type'],
    collect: function* () {
      for (const { kind, name, ok } of health.results()) yield [[name, kind], ok ? 1 : 0];
    },
  });
  const answers = new Map([
    ['/metrics', registry],
    ['/metrics/slis', slis],
  ]);
  return (exchange) => {
    const found = answers.get(exchange.path);
    if (found === undefined || (exchange.method !== 'GET' && exchange.method !== 'HEAD')) return false;
    exchange.respond(200, { 'content-type': CONTENT_TYPE }, encoder.encode(found.render()));
    return true;
  };
}
