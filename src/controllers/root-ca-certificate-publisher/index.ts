import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isAlreadyExists, isNotFound, StatusError } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION = 'kubernetes.io/description';
const TEXT =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Puts the certificate authority of the API server into every namespace, where pods mount it. */
export function createRootCaPublisher(context: ControllerContext, { rootCa = '' }: ControllersOptions): Runnable {
  const namespaces = context.informers.of(Namespaces);
  const configMaps = context.informers.of(ConfigMaps);
  const data = { 'ca.crt': rootCa };
  const publish = async (namespace: string) => {
    const client = context.client.of(ConfigMaps);
    const annotations = { [DESCRIPTION]: TEXT };
    const old = configMaps.store.get(NAME, namespace);
    if (old === undefined) return client.create({ metadata: { name: NAME, namespace, annotations }, data });
    const described = old.metadata?.annotations?.[DESCRIPTION] !== undefined;
    if (deepEqual(old.data, data) && described) return undefined;
    const metadata = { ...old.metadata, annotations: { ...annotations, ...old.metadata?.annotations } };
    return client.update({ ...old, metadata, data } as ConfigMap);
  };
  const { clock, metrics } = context;
  const syncs = metrics?.counter('root_ca_cert_publisher_sync_total', 'Looks at namespaces', ['code']);
  const times = metrics?.histogram('root_ca_cert_publisher_sync_duration_seconds', 'Time of a look at a namespace', {
    labels: ['code'],
    buckets: exponentialBuckets(0.001, 2, 15),
  });
  const measured = async (namespace: string) => {
    const startedAt = clock.monotonic();
    let code = '200';
    try {
      await publish(namespace);
    } catch (error) {
      code = error instanceof StatusError ? String(error.status.code) : '500';
      throw error;
    } finally {
      syncs?.labels(code).inc();
      times?.labels(code).observe((clock.monotonic() - startedAt) / 1000);
    }
  };
  return new Controller('root-ca-certificate-publisher', context)
    .for(Namespaces)
    .watches(ConfigMaps, ({ metadata }) => (metadata?.name === NAME ? [metadata.namespace ?? ''] : []))
    .reconciles(async (name) => {
      if (namespaces.store.get(name)?.status?.phase !== 'Active') return;
      try {
        await measured(name);
      } catch (error) {
        if (!isAlreadyExists(error) && !isNotFound(error) && !isNamespaceTerminating(error)) throw error;
      }
    });
}
