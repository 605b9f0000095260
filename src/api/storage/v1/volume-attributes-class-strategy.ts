import { requireText } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, forbidden, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateParameters } from './storage-class-validation.ts';
import type { VolumeAttributesClass } from './volume-attributes-class.ts';

const ROOT = new FieldPath();
const PARAMETERS = ROOT.child('parameters');

export const volumeAttributesClassStrategy: Strategy<VolumeAttributesClass> = {
  returnsDeletedObject: true,
  validate: ({ driverName, parameters = {} }) => [
    ...requireText(ROOT.child('driverName'), driverName, (name) => isQualifiedName(name.toLowerCase())),
    ...(Object.keys(parameters).length === 0
      ? [required(PARAMETERS, 'must contain at least one key/value pair')]
      : validateParameters(parameters, PARAMETERS)),
  ],
  updateChecks: 'changes first',
  validateUpdate: (updated, old) => [
    ...(['driverName', 'parameters'] as const)
      .filter((name) => !deepEqual(updated[name], old[name]))
      .map((name) => forbidden(ROOT.child(name), `updates to ${name} are forbidden.`)),
  ],
};
