import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, inline, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { validateDeviceClass } from './device-class-validation.ts';
import { DeviceConfiguration, DeviceSelector } from './device-selector.ts';

export const DeviceClassConfiguration = message('io.k8s.api.resource.v1.DeviceClassConfiguration', {
  deviceConfiguration: inline(1, DeviceConfiguration),
});
export interface DeviceClassConfiguration extends Infer<typeof DeviceClassConfiguration> {}

export const DeviceClassSpec = message('io.k8s.api.resource.v1.DeviceClassSpec', {
  selectors: opt(1, list(DeviceSelector)),
  config: opt(2, list(DeviceClassConfiguration)),
  extendedResourceName: ptr(4, string),
});
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClass = message(
  'io.k8s.api.resource.v1.DeviceClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, DeviceClassSpec, { description: 'What is wanted' }),
  },
  { description: 'Devices of a kind that can be asked for' },
);
export interface DeviceClass extends Infer<typeof DeviceClass> {}

export const DeviceClasses: ResourceDefinition<DeviceClass> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  singular: 'deviceclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: DeviceClass,
  strategy: {
    returnsDeletedObject: true,
    hasGeneration: true,
    validate: (deviceClass) => validateDeviceClass(deviceClass),
    validateUpdate: validateDeviceClass,
    updateChecks: 'changes only',
  },
};
