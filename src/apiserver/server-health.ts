import type { Logger } from '#base/logger.ts';
import type { Store } from '#storage/store.ts';
import { type HealthCheck, HealthChecks } from './health.ts';

/** What the health of a server depends on. */
export interface ServerState {
  readonly store: Pick<Store, 'get'>;
  /** Whether what every cluster has was made. */
  readonly hasStarted: () => boolean;
  readonly isStopping: () => boolean;
  /** What else must be well, such as what the store is encrypted with. */
  readonly others?: readonly HealthCheck[] | undefined;
}

/** What a server makes at its start, as upstream's checks name it. */
const START_HOOKS = [
  'start-system-namespaces-controller',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
];

/** The checks of a server: whether its store answers, its start is done, and its end has not begun. */
export function createServerHealth(
  { store, hasStarted, isStopping, others = [] }: ServerState,
  logger: Logger,
): HealthChecks {
  const answers = async () => {
    try {
      await store.get('/health');
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const started = () => (hasStarted() ? undefined : 'not finished');
  return new HealthChecks(
    [
      { name: 'etcd', check: answers },
      ...others,
      ...START_HOOKS.map((hook) => ({ name: `poststarthook/${hook}`, check: started })),
    ],
    [
      { name: 'etcd-readiness', check: answers },
      { name: 'informer-sync', check: started },
      { name: 'shutdown', check: () => (isStopping() ? 'process is shutting down' : undefined) },
    ],
    logger,
  );
}
