import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Service } from '#api/core/v1/service.ts';
import type { Endpoint } from '#api/discovery/v1/endpoint-slice.ts';
import { isPodReady } from '../shared/pods.ts';
import { addressesOf, hostnameFor, mayServe, portsOf, type ResolvedPort } from '../shared/services/service-pods.ts';
import { wantsZoneHints } from './zone-hints.ts';
import { ZONE } from './zone-shares.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that are reached by the same ports. */
export interface PortGroup {
  readonly ports: readonly ResolvedPort[];
  readonly endpoints: readonly Endpoint[];
}

const isIPv6 = (address: string) => address.includes(':');

/** The endpoints of a Service in one address family, grouped by their ports. */
export function groupEndpoints(
  service: Service,
  pods: readonly Pod[],
  { addressType, nodeOf }: { readonly addressType: AddressType; readonly nodeOf: (name: string) => Node | undefined },
): PortGroup[] {
  const groups = new Map<string, { readonly ports: readonly ResolvedPort[]; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    if (!mayServe(pod, { terminating: true })) continue;
    const addresses = addressesOf(pod).filter((address) => isIPv6(address) === (addressType === 'IPv6'));
    if (addresses.length === 0) continue;
    const ports = portsOf(service, pod);
    const key = portKey(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: [] }));
    group.endpoints.push(endpointOf(service, pod, { addresses, node: nodeOf(pod.spec?.nodeName ?? '') }));
  }
  return [...groups.values()];
}

/** The same for the same ports in any order. */
export const portKey = (
  ports: readonly {
    readonly name?: string | undefined;
    readonly port?: number | undefined;
    readonly protocol?: string | undefined;
    readonly appProtocol?: string | undefined;
  }[],
): string =>
  ports
    .map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) => [name, port, protocol, appProtocol].join('/'))
    .sort()
    .join(',');

function endpointOf(
  service: Service,
  pod: Pod,
  { addresses, node }: { readonly addresses: readonly string[]; readonly node: Node | undefined },
): Endpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata ?? {};
  const serving = isPodReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameFor(pod, service);
  const nodeName = pod.spec?.nodeName;
  const zone = node?.metadata?.labels?.[ZONE];
  const distribution = wantsZoneHints(service) ? undefined : service.spec?.trafficDistribution;
  const hints = hintsOf(distribution, { ready, zone, nodeName });
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...(hints ? { hints } : {}),
  } as Endpoint;
}

/** Which clients an endpoint should serve, where the Service prefers those nearby. */
function hintsOf(
  distribution: string | undefined,
  { ready, zone, nodeName }: { ready: boolean; zone: string | undefined; nodeName: string | undefined },
): Endpoint['hints'] {
  if (!ready || distribution === undefined) return undefined;
  const forZones = zone ? { forZones: [{ name: zone }] } : {};
  if (distribution === 'PreferSameNode') return nodeName ? { ...forZones, forNodes: [{ name: nodeName }] } : undefined;
  return zone && ['PreferClose', 'PreferSameZone'].includes(distribution) ? forZones : undefined;
}
