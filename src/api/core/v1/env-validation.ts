import { checkEach, checkRequired, checkText } from '#api/validation/checks.ts';
import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isConfigMapKey, isRelaxedEnvVarName } from '#machinery/names/key.ts';
import { validateFieldRef, validateResourceFieldRef } from './downward-api-validation.ts';
import type { EnvFromSource, EnvVar } from './env.ts';
import type { ConfigMapKeySelector, FileKeySelector } from './references.ts';

export const validateEnv = (env: readonly EnvVar[] | undefined, field: FieldPath): FieldError[] =>
  checkEach(field, env, (variable, itemField) => [
    ...checkRequired(itemField.child('name'), variable.name, isRelaxedEnvVarName),
    ...validateValueFrom(variable, itemField.child('valueFrom')),
  ]);

const MORE_THAN_ONE = 'may not have more than one field specified at a time';

function validateValueFrom({ value, valueFrom }: EnvVar, field: FieldPath): FieldError[] {
  if (valueFrom === undefined) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors = [
    ...(fieldRef ? validateFieldRef(fieldRef, field.child('fieldRef'), 'env') : []),
    ...(resourceFieldRef ? validateResourceFieldRef(resourceFieldRef, field.child('resourceFieldRef'), 'env') : []),
    ...(configMapKeyRef ? validateKeySelector(configMapKeyRef, field.child('configMapKeyRef')) : []),
    ...(secretKeyRef ? validateKeySelector(secretKeyRef, field.child('secretKeyRef')) : []),
    ...(fileKeyRef ? validateFileKeySelector(fileKeyRef, field.child('fileKeyRef')) : []),
  ];
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (sources === 0) errors.push(invalid(field, '', NO_SOURCE));
  else if (value) errors.push(invalid(field, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(field, '', MORE_THAN_ONE));
  return errors;
}

const NO_SOURCE =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

const validateKeySelector = ({ name, key }: ConfigMapKeySelector, field: FieldPath): FieldError[] => [
  ...checkRequired(field.child('name'), name, () => []),
  ...checkRequired(field.child('key'), key, isConfigMapKey),
];

const validateFileKeySelector = ({ volumeName, path, key }: FileKeySelector, field: FieldPath): FieldError[] => [
  ...checkRequired(field.child('volumeName'), volumeName, () => []),
  ...checkRequired(field.child('path'), path, () => []),
  ...checkRequired(field.child('key'), key, isRelaxedEnvVarName),
];

export const validateEnvFrom = (sources: readonly EnvFromSource[] | undefined, field: FieldPath): FieldError[] =>
  checkEach(field, sources, (source, itemField) => {
    const { prefix, configMapRef, secretRef } = source;
    const errors = checkText(itemField.child('prefix'), prefix, isRelaxedEnvVarName);
    for (const name of ['configMapRef', 'secretRef'] as const) {
      const reference = source[name];
      if (reference) errors.push(...checkRequired(itemField.child(name, 'name'), reference.name, () => []));
    }
    if (!configMapRef && !secretRef) {
      errors.push(invalid(itemField, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) errors.push(invalid(itemField, '', MORE_THAN_ONE));
    return errors;
  });
