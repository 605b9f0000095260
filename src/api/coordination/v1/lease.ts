import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, int32, message, microTime, opt, ptr, string } from '#machinery/schema/schema.ts';
import { leaseColumns } from './lease-columns.ts';
import { leaseStrategy } from './lease-strategy.ts';

export const LeaseSpec = message('io.k8s.api.coordination.v1.LeaseSpec', {
  holderIdentity: ptr(1, string),
  leaseDurationSeconds: ptr(2, int32),
  acquireTime: ptr(3, microTime),
  renewTime: ptr(4, microTime),
  leaseTransitions: ptr(5, int32),
  strategy: ptr(6, enumeration('OldestEmulationVersion'), { disabledBy: 'CoordinatedLeaderElection' }),
  preferredHolder: ptr(7, string, { disabledBy: 'CoordinatedLeaderElection' }),
});
export interface LeaseSpec extends Infer<typeof LeaseSpec> {}

export const Lease = message(
  'io.k8s.api.coordination.v1.Lease',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, LeaseSpec, { description: 'What is wanted' }),
  },
  { description: 'A right that one holder has for a time' },
);
export interface Lease extends Infer<typeof Lease> {}

export const Leases: ResourceDefinition<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Lease,
  columns: leaseColumns,
  strategy: leaseStrategy,
};
