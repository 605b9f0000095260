import { Condition } from '#api/meta/v1/condition.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  enumeration,
  type Infer,
  int32,
  intOrString,
  list,
  map,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { serviceColumns } from './service-columns.ts';
import { serviceFields } from './service-fields.ts';
import { serviceStrategy } from './service-strategy.ts';

export const ClientIPConfig = message('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: ptr(1, int32),
});
export interface ClientIPConfig extends Infer<typeof ClientIPConfig> {}

export const PortStatus = message('io.k8s.api.core.v1.PortStatus', {
  port: req(1, int32),
  protocol: req(2, enumeration('TCP', 'UDP', 'SCTP')),
  error: ptr(3, string),
});
export interface PortStatus extends Infer<typeof PortStatus> {}

export const LoadBalancerIngress = message('io.k8s.api.core.v1.LoadBalancerIngress', {
  ip: opt(1, string),
  hostname: opt(2, string),
  ipMode: ptr(3, enumeration('VIP', 'Proxy')),
  ports: opt(4, list(PortStatus)),
});
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

export const LoadBalancerStatus = message('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: opt(1, list(LoadBalancerIngress)),
});
export interface LoadBalancerStatus extends Infer<typeof LoadBalancerStatus> {}

export const ServicePort = message('io.k8s.api.core.v1.ServicePort', {
  name: opt(1, string),
  protocol: opt(2, enumeration('TCP', 'UDP', 'SCTP'), { default: 'TCP' }),
  appProtocol: ptr(6, string),
  port: req(3, int32),
  targetPort: opt(4, intOrString),
  nodePort: opt(5, int32),
});
export interface ServicePort extends Infer<typeof ServicePort> {}

export const SessionAffinityConfig = message('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: ptr(1, ClientIPConfig),
});
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ServiceSpec = message('io.k8s.api.core.v1.ServiceSpec', {
  ports: opt(1, list(ServicePort), {
    patchStrategy: 'merge',
    mergeKey: 'port',
    listType: 'map',
    mapKeys: ['port', 'protocol'],
  }),
  selector: opt(2, map(string), { mapType: 'atomic' }),
  clusterIP: opt(3, string),
  clusterIPs: opt(18, list(string)),
  type: opt(4, enumeration('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')),
  externalIPs: opt(5, list(string)),
  sessionAffinity: opt(7, enumeration('ClientIP', 'None')),
  loadBalancerIP: opt(8, string),
  loadBalancerSourceRanges: opt(9, list(string)),
  externalName: opt(10, string),
  externalTrafficPolicy: opt(11, enumeration('Cluster', 'Local')),
  healthCheckNodePort: opt(12, int32),
  publishNotReadyAddresses: opt(13, bool),
  sessionAffinityConfig: ptr(14, SessionAffinityConfig),
  ipFamilies: opt(19, list(enumeration('IPv4', 'IPv6', ''))),
  ipFamilyPolicy: ptr(17, enumeration('SingleStack', 'PreferDualStack', 'RequireDualStack')),
  allocateLoadBalancerNodePorts: ptr(20, bool),
  loadBalancerClass: ptr(21, string),
  internalTrafficPolicy: ptr(22, enumeration('Cluster', 'Local')),
  trafficDistribution: ptr(23, string),
});
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const ServiceStatus = message('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: opt(1, LoadBalancerStatus),
  conditions: opt(2, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
});
export interface ServiceStatus extends Infer<typeof ServiceStatus> {}

export const Service = message('io.k8s.api.core.v1.Service', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, ServiceSpec),
  status: opt(3, ServiceStatus),
});
export interface Service extends Infer<typeof Service> {}

export const Services: ResourceDefinition<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Service,
  shortNames: ['svc'],
  categories: ['all'],
  subresources: {
    proxy: { group: '', version: 'v1', kind: 'ServiceProxyOptions', verbs: [], type: 'connect' },
    status: { group: '', version: 'v1', kind: 'Service', verbs: ['get', 'patch', 'update'], type: 'status' },
  },
  columns: serviceColumns,
  selectableFields: serviceFields,
  strategy: serviceStrategy,
};
