import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';
import { dropDeallocatedDevices } from './allocated-devices.ts';
import { validateResourceClaimStatusUpdate } from './claim-status-validation.ts';
import { resourceClaimColumns } from './resource-claim-columns.ts';
import { ResourceClaimSpec } from './resource-claim-spec.ts';
import { ResourceClaimStatus } from './resource-claim-status.ts';
import { resourceClaimStrategy } from './resource-claim-strategy.ts';

export const ResourceClaim = message(
  'io.k8s.api.resource.v1.ResourceClaim',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, ResourceClaimSpec, { description: 'What is wanted' }),
    status: opt(3, ResourceClaimStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A request for devices' },
);
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceClaims: ResourceDefinition<ResourceClaim> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ResourceClaim,
  subresources: {
    status: {
      group: 'resource.k8s.io',
      version: 'v1',
      kind: 'ResourceClaim',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      resetFields: ['metadata', 'spec'],
      prepareForUpdate: dropDeallocatedDevices,
      validateUpdate: validateResourceClaimStatusUpdate,
    },
  },
  columns: resourceClaimColumns,
  strategy: resourceClaimStrategy,
};
