import type { ServiceSpec } from './service.ts';

/** Whether traffic from outside the cluster may arrive. */
export const isReachedFromOutside = ({ type, externalIPs }: Pick<ServiceSpec, 'externalIPs' | 'type'>): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
