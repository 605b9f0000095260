import { immutable, requireText } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { validateParameters } from './storage-class-validation.ts';
import type { VolumeAttributesClass } from './volume-attributes-class.ts';

const ROOT = new FieldPath();
const PARAMETERS = ROOT.child('parameters');

export const volumeAttributesClassStrategy: Strategy<VolumeAttributesClass> = {
  validate: ({ driverName, parameters = {} }) => [
    ...requireText(ROOT.child('driverName'), driverName, (name) => isQualifiedName(name.toLowerCase())),
    ...(Object.keys(parameters).length === 0
      ? [required(PARAMETERS, 'must contain at least one key/value pair')]
      : validateParameters(parameters, PARAMETERS)),
  ],
  validateUpdate: (updated, old) => [
    ...immutable(ROOT.child('driverName'), updated.driverName, old.driverName),
    ...immutable(PARAMETERS, updated.parameters, old.parameters),
  ],
};
