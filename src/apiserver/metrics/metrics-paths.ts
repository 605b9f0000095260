import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { HealthCheckResult, HealthChecks } from '../health.ts';
import type { Exchange } from '../http/exchange.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const encoder = new TextEncoder();

/** Answers `/metrics`, and `/metrics/slis` with the state of each health check. False for other paths. */
export function createMetricsPaths(
  registry: MetricRegistry,
  health: HealthChecks,
): (exchange: Exchange) => Promise<boolean> {
  const answers = new Map([
    ['/metrics', async () => registry],
    ['/metrics/slis', async () => healthMetrics(await health.results())],
  ]);
  return async (exchange) => {
    const found = answers.get(exchange.path);
    if (found === undefined || (exchange.method !== 'GET' && exchange.method !== 'HEAD')) return false;
    const text = (await found()).render();
    exchange.respond(200, { 'content-type': CONTENT_TYPE }, encoder.encode(text));
    return true;
  };
}

function healthMetrics(results: readonly HealthCheckResult[]): MetricRegistry {
  const registry = new MetricRegistry();
  const labels = ['name', 'type'];
  const gauge = registry.gauge('kubernetes_healthcheck', 'Whether a check of the health of this server passes', labels);
  for (const { kind, name, ok } of results) gauge.labels(name, kind).set(ok ? 1 : 0);
  return registry;
}
