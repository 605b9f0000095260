import { Condition } from '#api/meta/v1/condition.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, message, opt, string } from '#machinery/schema/schema.ts';
import { serviceCidrColumns } from './service-cidr-columns.ts';
import { serviceCidrStrategy } from './service-cidr-strategy.ts';

export const ServiceCIDRSpec = message('io.k8s.api.networking.v1.ServiceCIDRSpec', {
  cidrs: opt(1, list(string)),
});
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const ServiceCIDRStatus = message('io.k8s.api.networking.v1.ServiceCIDRStatus', {
  conditions: opt(1, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
});
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDR = message(
  'io.k8s.api.networking.v1.ServiceCIDR',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ServiceCIDRSpec, { description: 'What is wanted' }),
    status: opt(3, ServiceCIDRStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A range that addresses of services come from' },
);
export interface ServiceCIDR extends Infer<typeof ServiceCIDR> {}

export const ServiceCIDRs: ResourceDefinition<ServiceCIDR> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ServiceCIDR,
  subresources: {
    status: {
      group: 'networking.k8s.io',
      version: 'v1',
      kind: 'ServiceCIDR',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      resetFields: ['metadata', 'spec'],
    },
  },
  columns: serviceCidrColumns,
  strategy: serviceCidrStrategy,
};
