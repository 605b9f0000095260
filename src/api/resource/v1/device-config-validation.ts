import { checkText, optionalOneOf, requireOneOf } from '#api/checks.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { compileDeviceSelector } from './compile-device-selector.ts';
import type { DeviceConfiguration, DeviceSelector, DeviceTaint, DeviceToleration } from './device-selector.ts';
import { checkOpaque, checkSlice } from './resource-checks.ts';

const MOST_SELECTORS = 32;
const LONGEST_EXPRESSION = 10 * 1024;
const LONGEST_PARAMETERS = 10 * 1024;
const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];

export const validateSelectors = (selectors: readonly DeviceSelector[] | undefined, field: FieldPath): FieldError[] =>
  checkSlice(selectors, field, MOST_SELECTORS, ({ cel }, at) =>
    cel === undefined ? [required(at.child('cel'))] : validateExpression(cel.expression, at.child('cel', 'expression')),
  );

function validateExpression(expression: string, field: FieldPath): FieldError[] {
  if (byteLength(expression) > LONGEST_EXPRESSION) return [tooLong(field, LONGEST_EXPRESSION)];
  const compiled = compileDeviceSelector(expression);
  if ('error' in compiled) return [invalid(field, expression, compiled.error)];
  return compiled.isCheap ? [] : [forbidden(field, 'too complex, exceeds cost limit')];
}

/** `isStored` is for what was there before the size of parameters was limited. */
export function validateConfiguration(
  { opaque }: DeviceConfiguration,
  field: FieldPath,
  isStored = false,
): FieldError[] {
  const at = field.child('opaque');
  if (opaque === undefined) return [required(at)];
  return [
    ...validateDriverName(opaque.driver, at.child('driver')),
    ...checkOpaque(opaque.parameters, at.child('parameters'), { longest: LONGEST_PARAMETERS, isStored }),
  ];
}

export const validateDeviceTaint = ({ key, value, effect }: DeviceTaint, field: FieldPath): FieldError[] => [
  ...checkText(field.child('key'), key, isQualifiedName),
  ...(value ? checkText(field.child('value'), value, isValidLabelValue) : []),
  ...requireOneOf(field.child('effect'), effect, EFFECTS),
];

export function validateDeviceToleration(toleration: DeviceToleration, field: FieldPath): FieldError[] {
  const { key, operator, value = '', effect } = toleration;
  const errors = key ? checkText(field.child('key'), key, isQualifiedName) : [];
  const at = field.child('value');
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(at, value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') append(errors, checkText(at, value, isValidLabelValue));
  else append(errors, requireOneOf(field.child('operator'), operator, OPERATORS));
  return [...errors, ...optionalOneOf(field.child('effect'), effect || undefined, EFFECTS)];
}
