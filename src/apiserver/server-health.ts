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

/** What a server begins at its start, as upstream's checks name it and in their order; here all of it is begun together. */
const START_CHECKS = [
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/peer-endpoint-reconciler-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/aggregator-reload-proxy-client-cert',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];

/** The checks of a server: whether its store answers, its start is done, and its end has not begun. */
export function createServerHealth(
  { store, hasStarted, isStopping, others = [] }: ServerState,
  logger: Logger,
): HealthChecks {
  const isWell = () => undefined;
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
      { name: 'ping', check: isWell },
      // Nothing stands between this server and where its log goes.
      { name: 'log', check: isWell },
      // The server speaks to itself without certificates.
      { name: 'loopback-serving-certificate', of: ['healthz', 'livez'], check: isWell },
      { name: 'etcd', check: answers },
      ...others,
      { name: 'etcd-readiness', of: ['readyz'], check: answers },
      { name: 'informer-sync', of: ['readyz'], check: started },
      ...START_CHECKS.map((name) => ({ name, check: started })),
      { name: 'shutdown', of: ['readyz'], check: () => (isStopping() ? 'process is shutting down' : undefined) },
    ],
    logger,
  );
}
