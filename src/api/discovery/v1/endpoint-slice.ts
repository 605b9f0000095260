import { ObjectReference } from '#api/core/v1/references.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  enumeration,
  type Infer,
  int32,
  list,
  map,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { endpointSliceColumns } from './endpoint-slice-columns.ts';
import { endpointSliceStrategy } from './endpoint-slice-strategy.ts';

export const EndpointConditions = message('io.k8s.api.discovery.v1.EndpointConditions', {
  ready: ptr(1, bool),
  serving: ptr(2, bool),
  terminating: ptr(3, bool),
});
export interface EndpointConditions extends Infer<typeof EndpointConditions> {}

export const ForZone = message('io.k8s.api.discovery.v1.ForZone', {
  name: req(1, string),
});
export interface ForZone extends Infer<typeof ForZone> {}

export const ForNode = message('io.k8s.api.discovery.v1.ForNode', {
  name: req(1, string),
});
export interface ForNode extends Infer<typeof ForNode> {}

export const EndpointHints = message('io.k8s.api.discovery.v1.EndpointHints', {
  forZones: opt(1, list(ForZone)),
  forNodes: opt(2, list(ForNode)),
});
export interface EndpointHints extends Infer<typeof EndpointHints> {}

export const Endpoint = message('io.k8s.api.discovery.v1.Endpoint', {
  addresses: req(1, list(string), { listType: 'set' }),
  conditions: opt(2, EndpointConditions),
  hostname: ptr(3, string),
  targetRef: ptr(4, ObjectReference),
  deprecatedTopology: opt(5, map(string)),
  nodeName: ptr(6, string),
  zone: ptr(7, string),
  hints: ptr(8, EndpointHints),
});
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointPort = message(
  'io.k8s.api.discovery.v1.EndpointPort',
  {
    name: ptr(1, string),
    protocol: ptr(2, enumeration('TCP', 'UDP', 'SCTP')),
    port: ptr(3, int32),
    appProtocol: ptr(4, string),
  },
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointSlice = message(
  'io.k8s.api.discovery.v1.EndpointSlice',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    addressType: req(4, string, { description: 'IPv4, IPv6 or FQDN' }),
    endpoints: opt(2, list(Endpoint), { nullWhenEmpty: true, description: 'Addresses, and how they are' }),
    ports: opt(3, list(EndpointPort), { nullWhenEmpty: true, description: 'Ports of every endpoint' }),
  },
  { description: 'Some of the addresses of a service' },
);
export interface EndpointSlice extends Infer<typeof EndpointSlice> {}

export const EndpointSlices: ResourceDefinition<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: EndpointSlice,
  columns: endpointSliceColumns,
  strategy: endpointSliceStrategy,
};
