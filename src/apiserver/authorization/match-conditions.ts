import { BASE_ENVIRONMENT } from '#machinery/cel/base-environment.ts';
import { type Compilation, compile } from '#machinery/cel/compile.ts';
import type { FieldTypes } from '#machinery/cel/environment.ts';
import { plainValue } from '#machinery/cel/plain-value.ts';
import { fullTypeText, listOf, mapOf, STRING, struct } from '#machinery/cel/types.ts';
import { CelError } from '#machinery/cel/values.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';

const MOST = 64;
const SELECTOR: FieldTypes = {
  rawSelector: STRING,
  requirements: listOf(struct('kubernetes.SelectorRequirement')),
};

/** Conditions speak of `request`, which is the question that a review asks. */
const ENVIRONMENT = BASE_ENVIRONMENT.extend({
  variables: { request: struct('kubernetes.SubjectAccessReviewSpec') },
  structs: {
    'kubernetes.SubjectAccessReviewSpec': {
      resourceAttributes: struct('kubernetes.ResourceAttributes'),
      nonResourceAttributes: struct('kubernetes.NonResourceAttributes'),
      user: STRING,
      groups: listOf(STRING),
      extra: mapOf(STRING, listOf(STRING)),
      uid: STRING,
    },
    'kubernetes.ResourceAttributes': {
      namespace: STRING,
      verb: STRING,
      group: STRING,
      version: STRING,
      resource: STRING,
      subresource: STRING,
      name: STRING,
      fieldSelector: struct('kubernetes.FieldSelectorAttributes'),
      labelSelector: struct('kubernetes.LabelSelectorAttributes'),
    },
    'kubernetes.NonResourceAttributes': { path: STRING, verb: STRING },
    'kubernetes.FieldSelectorAttributes': SELECTOR,
    'kubernetes.LabelSelectorAttributes': SELECTOR,
    'kubernetes.SelectorRequirement': { key: STRING, operator: STRING, values: listOf(STRING) },
  },
});

function compileCondition(expression: string): Compilation {
  const { program, issues } = compile(expression, ENVIRONMENT);
  if (program === undefined) return { issues: `compilation failed: ${issues}` };
  return program.type.kind === 'bool'
    ? { program }
    : { issues: `must evaluate to bool but got ${fullTypeText(program.type)}` };
}

/** What is wrong with the expressions of a webhook's conditions. */
export function validateMatchConditions(expressions: readonly string[], field: FieldPath): FieldError[] {
  if (expressions.length > MOST) return [tooMany(field, expressions.length, MOST)];
  return expressions.flatMap((expression, index) => {
    const at = field.index(index).child('expression');
    if (expression.trim() === '') return [required(at)];
    if (expressions.indexOf(expression) < index) return [duplicate(at, expression)];
    const { issues } = compileCondition(expression);
    return issues === undefined ? [] : [invalid(at, expression, issues)];
  });
}

/** Whether a webhook is to be asked; a text says why that cannot be told. */
export type Matcher = (review: object) => boolean | string;

/** Makes one of expressions that are valid. One that is false decides, even if others fail. */
export function compileMatchConditions(expressions: readonly string[]): Matcher {
  const programs = expressions.flatMap((expression) => compileCondition(expression).program ?? []);
  return (review) => {
    const request = plainValue(review);
    const variable = (name: string) => (name === 'request' ? request : undefined);
    const errors: string[] = [];
    for (const { source, run } of programs) {
      try {
        if (run({ variable }).value === false) return false;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        errors.push(`cel evaluation error: expression '${source}' resulted in error: ${error.message}`);
      }
    }
    if (errors.length === 0) return true;
    return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
  };
}
