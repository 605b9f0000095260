import { type Service, Services } from '#api/core/v1/service.ts';
import { type EndpointSlice, EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { serviceAccountUser } from '#apiserver/user.ts';
import type { Client } from '#client/client.ts';
import type { ResourceClient } from '#client/resource-client.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { DnsServer } from '#network/dns/dns-server.ts';
import { createForwarder, systemResolvers } from '#network/dns/forwarder.ts';
import { createInformerZoneSource } from '#network/dns/informer-zone-source.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { Component } from './component-group.ts';

export interface DnsOptions {
  /** The node's address at which the server listens, port 53. */
  readonly host: string;
  /** The address by which pods know it: that of the Service kube-system/kube-dns. */
  readonly clusterIP: string;
  readonly domain: string;
  /** May make the Service. */
  readonly admin: Client;
}

const PORT = 53;
const NAMESPACE = 'kube-system';

/** The cluster's DNS, listening on the node, with the Service by which pods find it. */
export function createDnsComponent(environment: ComponentEnvironment, options: DnsOptions): Component {
  const { informers, logger } = createComponentContext(environment, {
    user: serviceAccountUser(NAMESPACE, 'coredns', ''),
    component: 'dns',
  });
  const { host, domain } = options;
  const forwarder = createForwarder(systemResolvers([host, options.clusterIP]));
  const server = new DnsServer({ source: createInformerZoneSource(informers, domain), domain, forwarder, logger });
  return {
    name: 'dns',
    async run(signal) {
      informers.start(signal);
      await informers.synced();
      await server.listen(host, PORT);
      await publish(options);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await server.close();
    },
  };
}

async function publish({ admin, clusterIP, host }: DnsOptions): Promise<void> {
  const metadata = {
    name: 'kube-dns',
    namespace: NAMESPACE,
    labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
  };
  const ports = [
    { name: 'dns', port: PORT, protocol: 'UDP' },
    { name: 'dns-tcp', port: PORT, protocol: 'TCP' },
  ];
  const service = {
    metadata,
    spec: { clusterIP, type: 'ClusterIP', ports: ports.map((port) => ({ ...port, targetPort: PORT })) },
  };
  const slice = {
    metadata: { name: 'kube-dns', namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports,
  };
  await createUnlessThere(admin.of(Services), service as Service);
  await createUnlessThere(admin.of(EndpointSlices), slice as unknown as EndpointSlice);
}

async function createUnlessThere<T extends KubernetesObject>(client: ResourceClient<T>, object: T): Promise<void> {
  const { name = '', namespace = '' } = object.metadata ?? {};
  try {
    await client.get(name, { namespace });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(object);
  }
}
