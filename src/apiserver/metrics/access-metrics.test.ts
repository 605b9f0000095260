import { expect, test } from 'vitest';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { AccessMetrics } from './access-metrics.ts';

test('tells who makes requests, and who may, by upstream’s results', async () => {
  const [registry, clock] = [new MetricRegistry(), new VirtualClock()];
  const metrics = new AccessMetrics(registry, clock);
  const startedAt = metrics.now();
  await clock.advance(3);
  for (const name of ['admin', 'eve@example.com', 'system:serviceaccount:a:b']) metrics.authenticated(name, startedAt);
  metrics.unknown(true, startedAt);
  metrics.unknown(false, startedAt);
  const no = { allowed: false, denied: false, reason: '' };
  metrics.decided({ ...no, allowed: true, evaluationError: 'one of several' }, startedAt);
  metrics.decided({ ...no, denied: true }, startedAt);
  metrics.decided({ ...no, evaluationError: 'webhook is away' }, startedAt);
  metrics.decided(no, startedAt);
  metrics.shown(clock.now() + 3 * 3600 * 1000);
  const lines = registry.render().split('\n');
  const counts = lines.filter((line) => /^auth.*(requests|attempts|attempts_total)\{/.test(line));
  expect(counts).toEqual([
    'authenticated_user_requests{username="admin"} 1',
    'authenticated_user_requests{username="email_id"} 1',
    'authenticated_user_requests{username="other"} 1',
    'authentication_attempts{result="success"} 3',
    'authentication_attempts{result="failure"} 1',
    'authentication_attempts{result="error"} 1',
    'authorization_attempts_total{result="allowed"} 1',
    'authorization_attempts_total{result="denied"} 1',
    'authorization_attempts_total{result="no-opinion"} 1',
    'authorization_attempts_total{result="error"} 1',
  ]);
  expect(lines).toContain('authorization_duration_seconds_bucket{result="denied",le="0.004"} 1');
  expect(lines).toContain('apiserver_client_certificate_expiration_seconds_bucket{le="7200"} 0');
  expect(lines).toContain('apiserver_client_certificate_expiration_seconds_bucket{le="21600"} 1');
});
