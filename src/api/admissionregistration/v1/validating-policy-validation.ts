import { checkEach, checkText } from '#api/checks.ts';
import type { Environment } from '#machinery/cel/environment.ts';
import { BOOL, type CelType, NULL, STRING } from '#machinery/cel/types.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
import {
  ADMISSION_ENVIRONMENT,
  compileFor,
  MESSAGE_ENVIRONMENT,
  PARAMETRIZED_ENVIRONMENT,
  PARAMETRIZED_MESSAGE_ENVIRONMENT,
  withVariables,
} from './admission-environment.ts';
import { validatePolicy, validateVariables } from './policy-validation.ts';
import type { AuditAnnotation, ValidatingAdmissionPolicy, Validation } from './validating-admission-policy.ts';

const SPEC = new FieldPath('spec');
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MOST_ANNOTATIONS = 20;
const LONGEST_VALUE = 5 * 1024;
const NOTHING = 'validations or auditAnnotations must contain at least one item';

/** The rules of a policy; on updates with the policy that was stored. */
export function validateValidatingAdmissionPolicy(
  { metadata, spec = {} }: ValidatingAdmissionPolicy,
  old?: ValidatingAdmissionPolicy,
): FieldError[] {
  const { validations = [], auditAnnotations = [], paramKind } = spec;
  const types: Record<string, CelType> = {};
  const errors = [...validatePolicy(spec, old?.spec), ...validateVariables(spec, types)];
  if (validations.length === 0 && auditAnnotations.length === 0) {
    return [...errors, required(SPEC.child('validations'), NOTHING), required(SPEC.child('auditAnnotations'), NOTHING)];
  }
  const known = (environment: Environment) =>
    spec.variables?.length ? withVariables(environment, types) : environment;
  const environment = known(paramKind ? PARAMETRIZED_ENVIRONMENT : ADMISSION_ENVIRONMENT);
  const messages = known(paramKind ? PARAMETRIZED_MESSAGE_ENVIRONMENT : MESSAGE_ENVIRONMENT);
  return [
    ...errors,
    ...checkEach(validations, SPEC.child('validations'), (each, at) =>
      validateValidation(each, { at, environment, messages }),
    ),
    ...validateAnnotations(auditAnnotations, { name: metadata?.name ?? '', environment }),
  ];
}

type Place = { readonly at: FieldPath; readonly environment: Environment; readonly messages: Environment };

function validateValidation(validation: Validation, { at, environment, messages }: Place): FieldError[] {
  const { expression, message = '', messageExpression = '', reason } = validation;
  return [
    ...(expression.trim() === ''
      ? [required(at.child('expression'), 'expression is not specified')]
      : check(at.child('expression'), expression, compileFor(expression, environment, BOOL))),
    ...(messageExpression !== '' && messageExpression.trim() === ''
      ? [invalid(at.child('messageExpression'), messageExpression, 'must be non-empty if specified')]
      : []),
    ...(messageExpression.trim() === ''
      ? []
      : check(at.child('messageExpression'), messageExpression, compileFor(messageExpression, messages, STRING))),
    ...validateMessage(message, at.child('message')),
    ...(reason === undefined || REASONS.includes(reason) ? [] : [notSupported(at.child('reason'), reason, REASONS)]),
  ];
}

const check = (field: FieldPath, text: string, { issues }: { readonly issues?: string | undefined }): FieldError[] =>
  issues === undefined ? [] : [invalid(field, text, issues)];

function validateMessage(message: string, field: FieldPath): FieldError[] {
  const text = message.trim();
  if (message !== '' && text === '') return [invalid(field, message, 'message must be non-empty if specified')];
  return /[\n\r]/.test(text) ? [invalid(field, message, 'message must not contain line breaks')] : [];
}

type Policy = { readonly name: string; readonly environment: Environment };

function validateAnnotations(annotations: readonly AuditAnnotation[], policy: Policy): FieldError[] {
  const field = SPEC.child('auditAnnotations');
  const keys = new Set<string>();
  const errors: FieldError[] = [];
  if (annotations.length > MOST_ANNOTATIONS) {
    const shown = annotations.map(({ key, valueExpression }) => ({ Key: key, ValueExpression: valueExpression }));
    errors.push(invalid(field, shown, `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`));
  }
  return [
    ...errors,
    ...checkEach(annotations, field, (annotation, at) => {
      const problems = validateAnnotation(annotation, at, policy);
      if (keys.has(annotation.key)) problems.push(duplicate(at.child('key'), annotation.key));
      keys.add(annotation.key);
      return problems;
    }),
  ];
}

function validateAnnotation({ key, valueExpression }: AuditAnnotation, field: FieldPath, policy: Policy): FieldError[] {
  const { name, environment } = policy;
  const errors =
    name === ''
      ? [invalid(field.child('key'), key, 'requires metadata.name be non-empty')]
      : checkText(field.child('key'), `${name}/${key}`, isQualifiedName);
  const at = field.child('valueExpression');
  const text = valueExpression.trim();
  if (text === '') return [...errors, required(at, 'valueExpression is not specified')];
  if (byteLength(text) > LONGEST_VALUE) {
    return [...errors, required(at, `must not exceed ${LONGEST_VALUE} bytes in length`)];
  }
  return [...errors, ...check(at, valueExpression, compileFor(text, environment, STRING, NULL))];
}
