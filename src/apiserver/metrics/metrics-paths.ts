import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { HealthCheckResult, HealthChecks } from '../health.ts';
import type { Exchange } from '../http/exchange.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const LABELS = ['name', 'type'];
const encoder = new TextEncoder();

/** Answers `/metrics`, and `/metrics/slis` with the state of each health check. False for other paths. */
export function createMetricsPaths(
  registry: MetricRegistry,
  health: HealthChecks,
): (exchange: Exchange) => Promise<boolean> {
  const slis = new MetricRegistry();
  const answers = new Map([
    ['/metrics', async () => registry],
    ['/metrics/slis', async () => withHealth(slis, await health.results())],
  ]);
  return async (exchange) => {
    const found = answers.get(exchange.path);
    if (found === undefined) return false;
    const text = (await found()).render();
    exchange.respond(200, { 'content-type': CONTENT_TYPE }, encoder.encode(text));
    return true;
  };
}

/** How each check went now, and how often it went well and ill so far. */
function withHealth(registry: MetricRegistry, results: readonly HealthCheckResult[]): MetricRegistry {
  const now = registry.gauge('kubernetes_healthcheck', 'Whether a check of the health of this server passes', LABELS);
  const total = registry.counter('kubernetes_healthchecks_total', 'Checks of the health of this server', [
    ...LABELS,
    'status',
  ]);
  for (const { kind, name, ok } of results) {
    now.labels(name, kind).set(ok ? 1 : 0);
    total.labels(name, kind, ok ? 'success' : 'error').inc();
  }
  return registry;
}
