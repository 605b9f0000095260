import { isExtendedResource } from '#api/core/v1/resource-validation.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { DeviceClass } from './device-class.ts';
import { validateConfiguration, validateSelectors } from './device-config-validation.ts';
import { checkSlice } from './resource-checks.ts';

const SPEC = new FieldPath('spec');
const MOST_CONFIGURATIONS = 32;

/** `old` is what an update replaces: parameters that were there before may be larger. */
export function validateDeviceClass({ spec }: DeviceClass, old?: DeviceClass): FieldError[] {
  const isStored = old !== undefined && deepEqual(spec.config, old.spec.config);
  const { extendedResourceName: resource } = spec;
  return [
    ...validateSelectors(spec.selectors, SPEC.child('selectors')),
    ...checkSlice(spec.config, SPEC.child('config'), MOST_CONFIGURATIONS, (config, at) =>
      validateConfiguration(config, at, isStored),
    ),
    ...(resource === undefined || isExtendedResource(resource)
      ? []
      : [invalid(SPEC.child('extendedResourceName'), resource, 'must be a valid extended resource name')]),
  ];
}
