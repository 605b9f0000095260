import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';

/** One port of one Service with where its traffic goes: what a proxy needs to know. */
export interface ServicePort {
  /** `namespace/name:port` */
  readonly name: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  /** Cluster, external and load-balancer addresses. */
  readonly addresses: readonly string[];
  /** 0 when there is none. */
  readonly nodePort: number;
  readonly endpoints: readonly Endpoint[];
  /** Seconds for which a client keeps its endpoint; 0 without affinity. */
  readonly affinitySeconds: number;
}

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const SERVICE_LABEL = 'kubernetes.io/service-name';
const PROXY_LABEL = 'service.kubernetes.io/service-proxy-name';

/** Every port of every Service that this proxy serves, in a stable order. */
export function servicePorts(services: readonly Service[], slices: readonly EndpointSlice[]): ServicePort[] {
  const byService = groupBy(slices, serviceKeyOf);
  return services
    .filter((service) => isServed(service))
    .flatMap((service) => portsOf(service, byService.get(keyOf(service)) ?? []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const keyOf = ({ metadata }: Service): string => `${metadata?.namespace}/${metadata?.name}`;
const serviceKeyOf = ({ metadata }: EndpointSlice): string =>
  `${metadata?.namespace}/${metadata?.labels?.[SERVICE_LABEL] ?? ''}`;

/** Headless and external services have no address to serve; others may belong to another proxy. */
function isServed({ spec, metadata }: Service): boolean {
  const { clusterIP = '', type } = spec ?? {};
  return (
    type !== 'ExternalName' && clusterIP !== '' && clusterIP !== 'None' && metadata?.labels?.[PROXY_LABEL] === undefined
  );
}

function portsOf(service: Service, slices: readonly EndpointSlice[]): ServicePort[] {
  const { spec, status } = service;
  // A load balancer that is a proxy wants to see all traffic itself.
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip = '', ipMode }) => (ipMode === 'Proxy' ? '' : ip));
  const addresses = [spec?.clusterIP ?? '', ...(spec?.externalIPs ?? []), ...ingress].filter((address) =>
    IPV4.test(address),
  );
  const affinity =
    spec?.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : 0;
  return (spec?.ports ?? []).map((port) => ({
    name: `${keyOf(service)}:${port.name ?? ''}`,
    protocol: (port.protocol ?? 'TCP').toLowerCase() as ServicePort['protocol'],
    port: port.port,
    addresses,
    nodePort: port.nodePort ?? 0,
    endpoints: endpointsOf(slices, port.name ?? ''),
    affinitySeconds: affinity,
  }));
}

/** Ready endpoints; while there are none, those that still serve while they terminate. */
function endpointsOf(slices: readonly EndpointSlice[], portName: string): Endpoint[] {
  const collect = (wanted: (conditions: { ready?: boolean | undefined; serving?: boolean | undefined }) => boolean) => {
    const found = new Map<string, Endpoint>();
    for (const slice of slices) {
      const port = slice.ports?.find((each) => (each.name ?? '') === portName)?.port;
      if (slice.addressType !== 'IPv4' || port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) {
        if (!wanted(endpoint.conditions ?? {})) continue;
        for (const ip of endpoint.addresses ?? []) found.set(`${ip}:${port}`, { ip, port });
      }
    }
    return [...found.values()].sort((a, b) => (`${a.ip}:${a.port}` < `${b.ip}:${b.port}` ? -1 : 1));
  };
  const ready = collect(({ ready: isReady }) => isReady !== false);
  return ready.length > 0 ? ready : collect(({ serving }) => serving === true);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
