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
import { loadBalancerWarnings, validateServiceStatus } from './load-balancer-status-validation.ts';
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

export const ServicePort = message(
  'io.k8s.api.core.v1.ServicePort',
  {
    name: opt(1, string, { description: 'Name of the port; needed when there are several' }),
    protocol: opt(2, enumeration('TCP', 'UDP', 'SCTP'), { description: 'TCP, UDP or SCTP', default: 'TCP' }),
    appProtocol: ptr(6, string, { description: 'Protocol that is spoken on it' }),
    port: req(3, int32, { description: 'Number of the port' }),
    targetPort: opt(4, intOrString, { description: 'Port of the pods, by number or name' }),
    nodePort: opt(5, int32, { description: 'Port on every node that leads here' }),
  },
  { description: 'A port of a service' },
);
export interface ServicePort extends Infer<typeof ServicePort> {}

export const SessionAffinityConfig = message('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: ptr(1, ClientIPConfig),
});
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ServiceSpec = message(
  'io.k8s.api.core.v1.ServiceSpec',
  {
    ports: opt(1, list(ServicePort), {
      description: 'Ports of the service',
      patchStrategy: 'merge',
      mergeKey: 'port',
      listType: 'map',
      mapKeys: ['port', 'protocol'],
    }),
    selector: opt(2, map(string), { description: 'Labels of the pods that answer', mapType: 'atomic' }),
    clusterIP: opt(3, string, { description: 'Address inside the cluster; None for no address but names of the pods' }),
    clusterIPs: opt(18, list(string)),
    type: opt(4, enumeration('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'), {
      description: 'ClusterIP, NodePort, LoadBalancer or ExternalName',
    }),
    externalIPs: opt(5, list(string), { description: 'Addresses outside the cluster that lead here' }),
    sessionAffinity: opt(7, enumeration('ClientIP', 'None'), { description: 'ClientIP keeps a client at one pod' }),
    loadBalancerIP: opt(8, string),
    loadBalancerSourceRanges: opt(9, list(string)),
    externalName: opt(10, string, { description: 'Name that the service stands for' }),
    externalTrafficPolicy: opt(11, enumeration('Cluster', 'Local'), {
      description: 'Local keeps traffic from outside on the node it came to',
    }),
    healthCheckNodePort: opt(12, int32),
    publishNotReadyAddresses: opt(13, bool, { description: 'Whether pods answer before they are ready' }),
    sessionAffinityConfig: ptr(14, SessionAffinityConfig),
    ipFamilies: opt(19, list(enumeration('IPv4', 'IPv6', ''))),
    ipFamilyPolicy: ptr(17, enumeration('SingleStack', 'PreferDualStack', 'RequireDualStack'), {
      description: 'One family of addresses or two',
    }),
    allocateLoadBalancerNodePorts: ptr(20, bool),
    loadBalancerClass: ptr(21, string),
    internalTrafficPolicy: ptr(22, enumeration('Cluster', 'Local'), {
      description: 'Local keeps traffic from inside on its node',
    }),
    trafficDistribution: ptr(23, string, { description: 'Which pods are preferred' }),
  },
  { description: 'Which pods answer, and how they are reached' },
);
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const ServiceStatus = message('io.k8s.api.core.v1.ServiceStatus', {
  loadBalancer: opt(1, LoadBalancerStatus),
  conditions: opt(2, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
});
export interface ServiceStatus extends Infer<typeof ServiceStatus> {}

export const Service = message(
  'io.k8s.api.core.v1.Service',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ServiceSpec, { description: 'What is wanted' }),
    status: opt(3, ServiceStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A name and an address for pods that do the same' },
);
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
    status: {
      group: '',
      version: 'v1',
      kind: 'Service',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateServiceStatus,
      warn: loadBalancerWarnings,
    },
  },
  columns: serviceColumns,
  selectableFields: serviceFields,
  strategy: serviceStrategy,
};
