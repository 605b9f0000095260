import { checkEach, checkLabelName } from '#api/validation/checks.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isValidLabelValue } from '#machinery/names/label.ts';
import type { LabelSelector, LabelSelectorRequirement } from './label-selector.ts';
import { validateLabels } from './object-meta-validation.ts';

export function validateLabelSelector(selector: LabelSelector | undefined, field: FieldPath): FieldError[] {
  if (selector === undefined) return [];
  return [
    ...validateLabels(selector.matchLabels, field.child('matchLabels')),
    ...checkEach(field.child('matchExpressions'), selector.matchExpressions, validateRequirement),
  ];
}

/** Whether a selector selects by nothing at all. */
export const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0;

function validateRequirement({ key, operator, values }: LabelSelectorRequirement, field: FieldPath): FieldError[] {
  return [
    ...validateOperator(operator, values?.length ?? 0, field),
    ...checkLabelName(field.child('key'), key),
    ...checkEach(field.child('values'), values, (value, valueField) =>
      isValidLabelValue(value).map((detail) => invalid(valueField, value, detail)),
    ),
  ];
}

/** How many values an operator takes. Node selectors know further operators. */
export function validateOperator(operator: string, values: number, field: FieldPath): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values > 0) return [];
      return [required(field.child('values'), "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      if (values === 0) return [];
      return [forbidden(field.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalid(field.child('operator'), operator, 'not a valid selector operator')];
  }
}
