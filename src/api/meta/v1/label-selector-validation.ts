import { checkEach, checkText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import type { LabelSelector, LabelSelectorRequirement } from './label-selector.ts';
import { validateLabels } from './object-meta-validation.ts';

/** The rules of a label selector; an absent one is fine. */
export function validateLabelSelector(selector: LabelSelector | undefined, field: FieldPath): FieldError[] {
  if (selector === undefined) return [];
  return [
    ...validateLabels(selector.matchLabels, field.child('matchLabels')),
    ...checkEach(selector.matchExpressions, field.child('matchExpressions'), validateRequirement),
  ];
}

function validateRequirement({ key, operator, values = [] }: LabelSelectorRequirement, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const at = field.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else errors.push(invalid(field.child('operator'), operator, 'not a valid selector operator'));
  append(errors, checkText(field.child('key'), key, isQualifiedName));
  append(
    errors,
    checkEach(values, at, (value, place) => checkText(place, value, isValidLabelValue)),
  );
  return errors;
}

/** Whether a selector selects everything because nothing is said in it. */
export const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0;
