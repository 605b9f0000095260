import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { ipAddressColumns } from './ip-address-columns.ts';
import { ipAddressStrategy } from './ip-address-strategy.ts';

export const ParentReference = message('io.k8s.api.networking.v1.ParentReference', {
  group: opt(1, string),
  resource: opt(2, string, { shown: 'required' }),
  namespace: opt(3, string),
  name: opt(4, string, { shown: 'required' }),
});
export interface ParentReference extends Infer<typeof ParentReference> {}

export const IPAddressSpec = message('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: ptr(1, ParentReference, { shown: 'required' }),
});
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

export const IPAddress = message(
  'io.k8s.api.networking.v1.IPAddress',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, IPAddressSpec, { description: 'What is wanted', shown: 'required' }),
  },
  { description: 'An address of a service that is taken' },
);
export interface IPAddress extends Infer<typeof IPAddress> {}

export const IPAddresses: ResourceDefinition<IPAddress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  singular: 'ipaddress',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: IPAddress,
  shortNames: ['ip'],
  columns: ipAddressColumns,
  strategy: ipAddressStrategy,
};
