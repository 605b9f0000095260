import { checkEach, checkText, requireOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength, regexError } from '#machinery/names/messages.ts';
import type { Condition } from './condition.ts';

const REASON_LIMIT = 1024;
const MESSAGE_LIMIT = 32 * 1024;
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON_PATTERN = new RegExp(`^${REASON}$`);
const REASON_MESSAGE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";

/** The rules of conditions: one of each type, each complete. */
export function validateConditions(conditions: readonly Condition[] | undefined, field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return checkEach(conditions, field, (condition, at) => {
    const { type } = condition;
    const errors = seen.has(type) ? [duplicate(at, type)] : [];
    seen.add(type);
    return [...errors, ...validateCondition(condition, at)];
  });
}

function validateCondition(condition: Condition, field: FieldPath): FieldError[] {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message = '' } = condition;
  const errors = type
    ? checkText(field.child('type'), type, isQualifiedName)
    : [required(field.child('type'), 'is required')];
  append(errors, requireOneOf(field.child('status'), status, ['False', 'True', 'Unknown']));
  if (observedGeneration < 0) {
    const at = field.child('observedGeneration');
    errors.push(invalid(at, observedGeneration, 'must be greater than or equal to zero'));
  }
  if (!lastTransitionTime) errors.push(required(field.child('lastTransitionTime')));
  append(errors, requireText(field.child('reason'), reason, reasonErrors));
  if (byteLength(reason ?? '') > REASON_LIMIT) errors.push(tooLong(field.child('reason'), REASON_LIMIT));
  if (byteLength(message) > MESSAGE_LIMIT) errors.push(tooLong(field.child('message'), MESSAGE_LIMIT));
  return errors;
}

const reasonErrors = (reason: string): string[] =>
  REASON_PATTERN.test(reason)
    ? []
    : [regexError(REASON_MESSAGE, REASON, 'my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB')];
