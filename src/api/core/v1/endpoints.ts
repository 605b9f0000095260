import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, int32, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { endpointsColumns } from './endpoints-columns.ts';
import { endpointsStrategy } from './endpoints-strategy.ts';
import { ObjectReference } from './references.ts';

export const EndpointAddress = message(
  'io.k8s.api.core.v1.EndpointAddress',
  {
    ip: req(1, string),
    hostname: opt(3, string),
    nodeName: ptr(4, string),
    targetRef: ptr(2, ObjectReference),
  },
  { atomic: true },
);
export interface EndpointAddress extends Infer<typeof EndpointAddress> {}

export const EndpointPort = message(
  'io.k8s.api.core.v1.EndpointPort',
  {
    name: opt(1, string),
    port: req(2, int32),
    protocol: opt(3, enumeration('TCP', 'UDP', 'SCTP')),
    appProtocol: ptr(4, string),
  },
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointSubset = message('io.k8s.api.core.v1.EndpointSubset', {
  addresses: opt(1, list(EndpointAddress)),
  notReadyAddresses: opt(2, list(EndpointAddress)),
  ports: opt(3, list(EndpointPort)),
});
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

export const Endpoints = message(
  'io.k8s.api.core.v1.Endpoints',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    subsets: opt(2, list(EndpointSubset), { description: 'Addresses that have the same ports' }),
  },
  { description: 'Addresses of a service; EndpointSlices have taken its place' },
);
export interface Endpoints extends Infer<typeof Endpoints> {}

export const EndpointsResource: ResourceDefinition<Endpoints> = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Endpoints,
  shortNames: ['ep'],
  columns: endpointsColumns,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  strategy: endpointsStrategy,
};
