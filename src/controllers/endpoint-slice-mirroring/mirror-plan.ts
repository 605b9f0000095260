import type { EndpointAddress, Endpoints } from '#api/core/v1/endpoints.ts';
import type { Service } from '#api/core/v1/service.ts';
import type { Endpoint, EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const UNCOPIED = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];
/** More of a subset are not mirrored. */
export const MAX_PER_SUBSET = 1000;

/** What a slice is to hold. */
export type Mirror = Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>;

export interface MirrorPlan {
  readonly create: readonly Mirror[];
  readonly update: readonly { readonly slice: EndpointSlice; readonly mirror: Mirror }[];
  readonly remove: readonly EndpointSlice[];
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses beyond what is mirrored. */
  readonly skipped: number;
}

/** Whether Endpoints are somebody's own, for a Service without a selector: others have slices already, or are no addresses. */
export function isMirrored(endpoints: Endpoints | undefined, service: Service | undefined): endpoints is Endpoints {
  if (endpoints === undefined || service === undefined || service.spec?.selector !== undefined) return false;
  const { labels = {}, annotations = {} } = endpoints.metadata ?? {};
  return labels[SKIP] !== 'true' && annotations[LEADER] === undefined;
}

/** One slice for each set of ports and family of addresses; `outdated` slices are written though they hold the same. */
export function planMirrors(
  endpoints: Endpoints,
  existing: readonly EndpointSlice[],
  outdated: (slice: EndpointSlice) => boolean,
): MirrorPlan {
  const { mirrors, invalid, skipped } = mirrorsOf(endpoints);
  const unused = [...existing];
  const create: Mirror[] = [];
  const update: { slice: EndpointSlice; mirror: Mirror }[] = [];
  for (const [key, mirror] of mirrors) {
    const at = unused.findIndex((slice) => keyOf(slice) === key);
    const [slice] = at < 0 ? [] : unused.splice(at, 1);
    if (slice === undefined) create.push(mirror);
    else if (outdated(slice) || !deepEqual(slice.endpoints ?? [], mirror.endpoints)) update.push({ slice, mirror });
  }
  // A slice that would go is written anew: the type of its addresses is all that cannot change.
  const fresh = create.filter((mirror) => {
    const at = unused.findIndex(({ addressType }) => addressType === mirror.addressType);
    if (at < 0) return true;
    update.push({ slice: unused.splice(at, 1)[0] as EndpointSlice, mirror });
    return false;
  });
  return { create: fresh, update, remove: unused, invalid, skipped };
}

function mirrorsOf(endpoints: Endpoints): { mirrors: Map<string, Mirror>; invalid: number; skipped: number } {
  const mirrors = new Map<string, Mirror & { endpoints: Endpoint[] }>();
  let [invalid, skipped] = [0, 0];
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of endpoints.subsets ?? []) {
    const all = [
      ...addresses.map((one) => [one, true] as const),
      ...notReadyAddresses.map((one) => [one, false] as const),
    ];
    let added = 0;
    for (const [address, ready] of all) {
      if (added >= MAX_PER_SUBSET) {
        skipped++;
        continue;
      }
      const addressType = typeOf(address.ip);
      if (addressType === undefined) {
        invalid++;
        continue;
      }
      added++;
      const named = ports.map(({ name = '', ...port }) => ({ name, ...port }));
      const key = keyOf({ addressType, ports: named });
      const mirror = mirrors.get(key) ?? { addressType, ports: named, endpoints: [] };
      mirror.endpoints.push(endpointOf(address, ready));
      mirrors.set(key, mirror);
    }
  }
  return { mirrors, invalid, skipped };
}

function typeOf(ip: string): 'IPv4' | 'IPv6' | undefined {
  const family = parseIp(ip)?.family;
  return family === undefined ? undefined : family === 4 ? 'IPv4' : 'IPv6';
}

const keyOf = ({ addressType, ports = [] }: Pick<EndpointSlice, 'addressType' | 'ports'>): string =>
  [
    addressType,
    ...ports
      .map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) => [name, port, protocol, appProtocol].join('/'))
      .sort(),
  ].join(',');

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(targetRef ? { targetRef } : {}),
  ...(nodeName ? { nodeName } : {}),
});

/** Labels and annotations as the Endpoints have them, and whose the slice is. */
export function mirrorMetadata({ metadata }: Endpoints) {
  const labels = { ...metadata?.labels, [SERVICE_NAME]: metadata?.name ?? '', [MANAGED_BY]: MANAGER };
  const annotations = Object.fromEntries(
    Object.entries(metadata?.annotations ?? {}).filter(([name]) => !UNCOPIED.includes(name)),
  );
  return { labels, annotations };
}
