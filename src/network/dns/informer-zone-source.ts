import { Namespaces } from '#api/core/v1/namespace.ts';
import { Services } from '#api/core/v1/service.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import type { ZoneSource } from './zone.ts';

const SERVICE_LABEL = 'kubernetes.io/service-name';

/** Reads names and addresses from informers; both ways by index. */
export function createInformerZoneSource(informers: InformerFactory, domain: string): ZoneSource {
  const services = informers.of(Services).addIndex('address', ({ spec }) => (spec?.clusterIP ? [spec.clusterIP] : []));
  const slices = informers
    .of(EndpointSlices)
    .addIndex('service', ({ metadata }) => [`${metadata?.namespace}/${metadata?.labels?.[SERVICE_LABEL] ?? ''}`])
    .addIndex('address', ({ endpoints }) => (endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []));
  const namespaces = informers.of(Namespaces);
  return {
    service: (namespace, name) => services.store.get(name, namespace),
    slices: (namespace, service) => slices.store.byIndex('service', `${namespace}/${service}`),
    hasNamespace: (name) => namespaces.store.get(name) !== undefined,
    nameOfAddress(ip) {
      const [service] = services.store.byIndex('address', ip);
      if (service) return `${service.metadata?.name}.${service.metadata?.namespace}.svc.${domain}`;
      for (const slice of slices.store.byIndex('address', ip)) {
        const endpoint = slice.endpoints?.find((each) => each.addresses?.includes(ip));
        const owner = slice.metadata?.labels?.[SERVICE_LABEL];
        const { namespace } = slice.metadata ?? {};
        if (endpoint && owner)
          return `${endpoint.hostname || ip.replaceAll('.', '-')}.${owner}.${namespace}.svc.${domain}`;
      }
      return undefined;
    },
  };
}
