import { type Endpoints, EndpointsResource } from '#api/core/v1/endpoints.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Client } from '#client/client.ts';
import type { ResourceClient } from '#client/resource-client.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

export interface AdvertisedAddress {
  /** Absent where nobody can reach the server from elsewhere: the Service then has no endpoints. */
  readonly host: string | undefined;
  readonly port: number;
}

const metadata = {
  name: 'kubernetes',
  namespace: 'default',
  labels: { component: 'apiserver', provider: 'kubernetes' },
};

/** Keeps `default/kubernetes`, the Service by which pods reach this server, pointing at `address`. */
export async function publishKubernetesService(
  client: Client,
  { clusterIP, address }: { readonly clusterIP: string; readonly address: AdvertisedAddress },
): Promise<void> {
  const service = {
    metadata,
    spec: {
      clusterIP,
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: address.port }],
    },
  } as Service;
  const port = { name: 'https', port: address.port, protocol: 'TCP' };
  const sliceLabels = { 'kubernetes.io/service-name': 'kubernetes' };
  await upsert(
    client.of(Services),
    service,
    (current) =>
      ({
        ...current,
        spec: { ...current.spec, ports: service.spec?.ports },
      }) as Service,
  );
  await Promise.all([
    upsert(client.of(EndpointsResource), {
      metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: address.host ? [{ addresses: [{ ip: address.host }], ports: [port] }] : [],
    } as Endpoints),
    upsert(client.of(EndpointSlices), {
      metadata: { ...metadata, labels: sliceLabels },
      addressType: 'IPv4',
      endpoints: address.host ? [{ addresses: [address.host], conditions: { ready: true } }] : [],
      ports: [port],
    } as unknown as EndpointSlice),
  ]);
}

async function upsert<T extends KubernetesObject>(
  client: ResourceClient<T>,
  wanted: T,
  merge: (current: T) => T = (current) => ({
    ...wanted,
    metadata: { ...wanted.metadata, resourceVersion: current.metadata?.resourceVersion },
  }),
): Promise<void> {
  const { name = '', namespace = '' } = wanted.metadata ?? {};
  try {
    const current = await client.get(name, { namespace });
    const next = merge(current);
    if (!deepEqual(next, current)) await client.update(next, { namespace });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(wanted, { namespace });
  }
}
