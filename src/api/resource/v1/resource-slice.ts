import { NodeSelector } from '#api/core/v1/affinity.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  type Infer,
  int64,
  list,
  type Mutable,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { CounterSet, Device } from './device.ts';
import { resourceSliceColumns } from './resource-slice-columns.ts';
import { resourceSliceFields } from './resource-slice-fields.ts';
import { validateResourceSlice } from './resource-slice-validation.ts';

export const ResourcePool = message('io.k8s.api.resource.v1.ResourcePool', {
  name: req(1, string),
  generation: req(2, int64),
  resourceSliceCount: req(3, int64),
});
export interface ResourcePool extends Infer<typeof ResourcePool> {}

export const ResourceSliceSpec = message('io.k8s.api.resource.v1.ResourceSliceSpec', {
  driver: req(1, string),
  pool: req(2, ResourcePool),
  nodeName: ptr(3, string),
  nodeSelector: ptr(4, NodeSelector),
  allNodes: ptr(5, bool),
  devices: opt(6, list(Device)),
  perDeviceNodeSelection: ptr(7, bool),
  sharedCounters: opt(8, list(CounterSet)),
});
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const ResourceSlice = message(
  'io.k8s.api.resource.v1.ResourceSlice',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, ResourceSliceSpec, { description: 'What is wanted' }),
  },
  { description: 'Devices that a driver offers' },
);
export interface ResourceSlice extends Infer<typeof ResourceSlice> {}

/** Pods leave a tainted device after a time that counts from when it got its taint. */
function dateTaints({ spec }: Mutable<ResourceSlice>, now: string): void {
  for (const { taints = [] } of spec?.devices ?? []) for (const taint of taints) taint.timeAdded ??= now;
}

export const ResourceSlices: ResourceDefinition<ResourceSlice> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ResourceSlice,
  columns: resourceSliceColumns,
  selectableFields: resourceSliceFields,
  unknownFieldMessage: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  strategy: {
    returnsDeletedObject: true,
    hasGeneration: true,
    prepareForCreate: (slice, now) => dateTaints(slice, now),
    prepareForUpdate: (slice, _, now) => dateTaints(slice, now),
    validate: (slice) => validateResourceSlice(slice),
    validateUpdate: validateResourceSlice,
    updateChecks: 'changes only',
    warn: ({ spec }) =>
      spec.driver === spec.driver.toLowerCase()
        ? []
        : [
            `spec.driver: driver names should be lowercase; ${JSON.stringify(spec.driver)} contains uppercase characters`,
          ],
  },
};
