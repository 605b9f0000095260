import type { Cell, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { AuthenticationAttempts } from '../filters/authentication.ts';
import type { AuthorizationAttempts } from '../filters/authorization.ts';
import type { ResourceTarget } from '../request.ts';

/** What filters and handlers count as they go. */
export interface ServerCounters {
  readonly authentication: AuthenticationAttempts;
  readonly authorization: AuthorizationAttempts;
  readonly watchEvents: (target: ResourceTarget) => Cell;
}

export function createServerCounters(registry: MetricRegistry): ServerCounters {
  const authenticated = registry.counter('authentication_attempts', 'Requests whose credentials were looked at', [
    'result',
  ]);
  const authorized = registry.counter('authorization_attempts_total', 'Requests that were and were not allowed', [
    'result',
  ]);
  const events = registry.counter('apiserver_watch_events_total', 'Events told to watchers', [
    'group',
    'version',
    'resource',
  ]);
  return {
    authentication: { success: authenticated.labels('success'), failure: authenticated.labels('failure') },
    authorization: { allowed: authorized.labels('allowed'), denied: authorized.labels('denied') },
    watchEvents: ({ group, version, resource }) => events.labels(group, version, resource),
  };
}
