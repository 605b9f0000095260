import type { EndpointAddress, EndpointSubset } from '#api/core/v1/endpoints.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Service } from '#api/core/v1/service.ts';
import { isPodReady } from '../shared/pods.ts';
import { addressesOf, hostnameFor, isHeadless, mayServe, portsOf } from '../shared/services/service-pods.ts';

const MAX_ADDRESSES = 1000;

/** The subsets of a Service's Endpoints in its first address family: one for each set of ports, addresses sorted. */
export function subsetsOf(
  service: Service,
  pods: readonly Pod[],
): { readonly subsets: EndpointSubset[]; readonly truncated: boolean } {
  const everyone = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<
    string,
    { ports: EndpointSubset['ports']; ready: EndpointAddress[]; rest: EndpointAddress[] }
  >();
  for (const pod of pods) {
    if (!mayServe(pod, { terminating: everyone })) continue;
    const address = addressOf(service, pod);
    const ports = portsOf(service, pod).map(({ name, ...port }) => ({ ...(name ? { name } : {}), ...port }));
    const portless = isHeadless(service) && (service.spec?.ports?.length ?? 0) === 0;
    if (address === undefined || (ports.length === 0 && !portless)) continue;
    const key = JSON.stringify(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, ready: [], rest: [] }));
    (everyone || isPodReady(pod) ? group.ready : group.rest).push(address);
  }
  const subsets = [...groups.values()].map(({ ports, ready, rest }) => ({
    ...(ready.length > 0 ? { addresses: ready.sort(byAddress) } : {}),
    ...(rest.length > 0 ? { notReadyAddresses: rest.sort(byAddress) } : {}),
    ...(ports?.length ? { ports } : {}),
  }));
  return truncate(subsets);
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const family = service.spec?.ipFamilies?.[0];
  const addresses = addressesOf(pod);
  const ip = family ? addresses.find((one) => one.includes(':') === (family === 'IPv6')) : addresses[0];
  if (ip === undefined) return undefined;
  const { name, namespace, uid } = pod.metadata ?? {};
  const hostname = hostnameFor(pod, service);
  return {
    ip,
    ...(hostname ? { hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  } as EndpointAddress;
}

/** Ready addresses come before the others; of those that do not all fit each subset gets its share. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; truncated: boolean } {
  const count = (of: 'addresses' | 'notReadyAddresses') =>
    subsets.reduce((total, subset) => total + (subset[of]?.length ?? 0), 0);
  const [ready, rest] = [count('addresses'), count('notReadyAddresses')];
  if (ready + rest <= MAX_ADDRESSES) return { subsets, truncated: false };
  const isReadyCut = ready > MAX_ADDRESSES;
  const room = isReadyCut ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  let left = room;
  const kept = subsets.map(({ addresses = [], notReadyAddresses = [], ports }) => {
    const shared = isReadyCut ? addresses : notReadyAddresses;
    const share = shared.slice(0, Math.min(left, Math.ceil((shared.length / (isReadyCut ? ready : rest)) * room)));
    left -= share.length;
    const [first, second] = isReadyCut ? [share, []] : [addresses, share];
    return {
      ...(first.length > 0 ? { addresses: first } : {}),
      ...(second.length > 0 ? { notReadyAddresses: second } : {}),
      ...(ports ? { ports } : {}),
    };
  });
  return { subsets: kept.filter((one) => one.addresses || one.notReadyAddresses), truncated: true };
}

const byAddress = (a: EndpointAddress, b: EndpointAddress): number =>
  a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
