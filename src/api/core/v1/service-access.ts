import type { ServiceSpec } from './service.ts';

/** Whether traffic from outside the cluster may arrive. */
export const isReachedFromOutside = ({ type, externalIPs }: Pick<ServiceSpec, 'externalIPs' | 'type'>): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);

/** Whether a load balancer asks nodes if they have pods of it, at a port of its own. */
export const needsHealthCheck = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

/** Whether the service has an address, be it none. */
export const needsAddress = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';

/** Whether ports of nodes lead to it that the cluster chooses. */
export const needsNodePorts = ({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

/** Whether it has names for its pods in place of an address. */
export const isHeadless = ({ clusterIPs }: ServiceSpec): boolean =>
  clusterIPs?.length === 1 && clusterIPs[0] === 'None';

/** The family of an address, or of none. */
export const familyOf = (address: string): 'IPv4' | 'IPv6' => (address.includes(':') ? 'IPv6' : 'IPv4');
