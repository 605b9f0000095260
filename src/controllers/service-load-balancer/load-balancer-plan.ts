import type { Node } from '#api/core/v1/node.ts';
import type { LoadBalancerIngress, Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { isNodeReady } from '../shared/nodes/node-ready.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** What is to be done about a Service. */
export type LoadBalancerPlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'ensure'; readonly ingress: readonly LoadBalancerIngress[] }
  /** Its port is another's already. */
  | { readonly do: 'refuse'; readonly message: string }
  | { readonly do: 'remove' };

/** Whether this cluster is to balance the load of a Service itself. */
export const wantsLoadBalancer = ({ spec, metadata }: Service): boolean =>
  spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined && metadata?.deletionTimestamp === undefined;

export interface Surroundings {
  readonly services: readonly Service[];
  readonly nodes: readonly Node[];
  /** What answers for the Service. */
  readonly slices: readonly EndpointSlice[];
}

/**
 * Every node that is ready balances: the ports of the Service lead there from all of their addresses. Where traffic is to
 * stay on the node that it comes to, only nodes do that have something to answer it.
 */
export function planLoadBalancer(service: Service, { services, nodes, slices }: Surroundings): LoadBalancerPlan {
  if (!wantsLoadBalancer(service)) {
    const left = service.spec?.loadBalancerClass === undefined && isOurs(service);
    return { do: left ? 'remove' : 'nothing' };
  }
  const taken = services
    .filter((other) => other.metadata?.uid !== service.metadata?.uid && isBefore(other, service))
    .flatMap((other) => (wantsLoadBalancer(other) ? portsOf(other).map((port) => ({ port, other })) : []))
    .find(({ port }) => portsOf(service).includes(port));
  if (taken === undefined) return { do: 'ensure', ingress: ingressOf(service, nodes.filter(answers(service, slices))) };
  const { namespace, name } = taken.other.metadata ?? {};
  return { do: 'refuse', message: `port ${taken.port} of the nodes leads to service ${namespace}/${name}` };
}

const isOurs = ({ metadata }: Service): boolean => metadata?.finalizers?.includes(FINALIZER) ?? false;

const portsOf = ({ spec }: Service): string[] =>
  (spec?.ports ?? []).map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`);

/** Who has addresses keeps them; of those that wait the older comes first. */
function isBefore(a: Service, b: Service): boolean {
  const rank = ({ status, metadata }: Service) =>
    [status?.loadBalancer?.ingress?.length ? 0 : 1, metadata?.creationTimestamp ?? '', metadata?.uid ?? ''] as const;
  const [one, other] = [rank(a), rank(b)];
  for (let index = 0; index < one.length; index++) {
    const [left, right] = [one[index] ?? 0, other[index] ?? 0];
    if (left !== right) return left < right;
  }
  return false;
}

function answers({ spec }: Service, slices: readonly EndpointSlice[]): (node: Node) => boolean {
  if (spec?.externalTrafficPolicy !== 'Local') return () => true;
  const names = new Set(slices.flatMap(answeringNodes));
  return ({ metadata }) => names.has(metadata?.name ?? '');
}

const answeringNodes = ({ endpoints }: EndpointSlice): string[] =>
  (endpoints ?? []).flatMap(({ nodeName, conditions }) => (nodeName && conditions?.ready !== false ? [nodeName] : []));

/** All of a slice that load balancers depend on, as a text to compare. */
export const sliceFacts = (slice: EndpointSlice): string => [...new Set(answeringNodes(slice))].sort().join();

function ingressOf({ spec }: Service, nodes: readonly Node[]): LoadBalancerIngress[] {
  const families = spec?.ipFamilies ?? ['IPv4'];
  const isWanted = (ip: string) => families.includes(ip.includes(':') ? 'IPv6' : 'IPv4');
  return nodes
    .filter(isBalancing)
    .sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1))
    .flatMap(addressesOf)
    .filter(isWanted)
    .map((ip) => ({ ip, ipMode: 'VIP' }));
}

const isBalancing = (node: Node): boolean =>
  isNodeReady(node) &&
  node.metadata?.deletionTimestamp === undefined &&
  node.metadata?.labels?.[EXCLUDED] === undefined;

/** Addresses that are reached from outside, or those inside where there are none. */
export function addressesOf({ status }: Node): string[] {
  const of = (wanted: string) =>
    (status?.addresses ?? []).filter(({ type }) => type === wanted).map(({ address }) => address);
  const outside = of('ExternalIP');
  return outside.length > 0 ? outside : of('InternalIP');
}

/** All of a node that load balancers depend on, as a text to compare. */
export const nodeFacts = (node: Node): string => JSON.stringify([isBalancing(node), addressesOf(node)]);
