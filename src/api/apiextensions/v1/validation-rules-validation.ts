import { checkEach } from '#api/checks.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { compileRule } from './compile-rule.ts';
import { type JSONSchemaProps, ValidationRule } from './json-schema-props.ts';
import { followPath } from './schema-path.ts';
import { isSchema, LARGEST_REQUEST, shapeOf } from './schema-shape.ts';

const MOST_OF_A_RULE = 10_000_000;
const MOST_OF_A_SCHEMA = 100_000_000;
/** How many of the most expensive rules are named. */
const MOST_NAMED = 4;
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const RULES = 'x-kubernetes-validations';
const NEWLINES = /[\n\r]/;

/** The rules on the form of one rule, whatever it says. */
export const validateRuleForm = (schema: JSONSchemaProps, field: FieldPath): FieldError[] =>
  checkEach(
    schema[RULES],
    field.child(RULES),
    ({ rule, message = '', messageExpression = '', reason, fieldPath = '' }, at) => [
      ...validateText(rule, message, at),
      ...(messageExpression !== '' && messageExpression.trim() === ''
        ? [required(at.child('messageExpression'), 'messageExpression must be non-empty if specified')]
        : []),
      ...(reason === undefined || REASONS.includes(reason) ? [] : [notSupported(at.child('reason'), reason, REASONS)]),
      ...(fieldPath !== '' && fieldPath.trim() === ''
        ? [invalid(at.child('fieldPath'), fieldPath, 'must be non-empty if specified')]
        : []),
      ...(NEWLINES.test(fieldPath) ? [invalid(at.child('fieldPath'), fieldPath, 'must not contain line breaks')] : []),
      ...(fieldPath !== '' && typeof followPath(fieldPath, schema) === 'string'
        ? [invalid(at.child('fieldPath'), fieldPath, 'must be a valid path')]
        : []),
    ],
  );

function validateText(rule: string, message: string, at: FieldPath): FieldError[] {
  const [text, told] = [rule.trim(), message.trim()];
  if (text === '') return [required(at.child('rule'), 'rule is not specified')];
  if (message !== '' && told === '') return [invalid(at.child('message'), message, 'must be non-empty if specified')];
  if (NEWLINES.test(told)) return [invalid(at.child('message'), message, 'must not contain line breaks')];
  if (!NEWLINES.test(text) || told !== '') return [];
  return [required(at.child('message'), 'message must be specified if rule contains line breaks')];
}

interface Place {
  readonly field: FieldPath;
  /** How often the place can be there in one object; undefined where nothing limits that. */
  readonly count: number | undefined;
  /** Below it, nobody can tell what the old value is. */
  readonly uncorrelated: FieldPath | undefined;
  readonly costs: { readonly field: FieldPath; readonly cost: number }[];
}

/** Compiles all rules of a schema that is valid otherwise. */
export function validateRules(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const place: Place = { field, count: 1, uncorrelated: undefined, costs: [] };
  const errors = validatePart(schema, place, true);
  const total = place.costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= MOST_OF_A_SCHEMA) return errors;
  const named = place.costs
    .filter(({ cost }) => cost >= MOST_OF_A_SCHEMA / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, MOST_NAMED);
  const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
  return [
    ...errors,
    ...named.map((each) => forbidden(each.field, detail)),
    forbidden(
      field,
      costMessage(`${RULES} estimated rule cost total for entire OpenAPIv3 schema`, total, MOST_OF_A_SCHEMA),
    ),
  ];
}

/** Parts come before what they are parts of. */
function validatePart(schema: JSONSchemaProps, place: Place, isRoot: boolean): FieldError[] {
  const { items, additionalProperties, properties = {}, 'x-kubernetes-map-type': mapType } = schema;
  const { field, uncorrelated } = place;
  const count = below(schema, place.count);
  const ofFields = mapType === 'atomic' ? (uncorrelated ?? field) : uncorrelated;
  const ofItems = schema['x-kubernetes-list-type'] === 'map' ? uncorrelated : (uncorrelated ?? field);
  const part = (each: JSONSchemaProps, at: FieldPath, under: FieldPath | undefined) =>
    validatePart(each, { ...place, field: at, count, uncorrelated: under }, false);
  return [
    ...(isSchema(additionalProperties)
      ? part(additionalProperties, field.child('additionalProperties'), uncorrelated)
      : []),
    ...Object.entries(properties).flatMap(([name, each]) => part(each, field.child('properties').key(name), ofFields)),
    ...(isSchema(items) ? part(items, field.child('items'), ofItems) : []),
    ...validateOwn(schema, place, isRoot),
  ];
}

/** How often the parts of something are there at most. */
function below({ type, additionalProperties, maxProperties, maxItems }: JSONSchemaProps, count: number | undefined) {
  const isMap = type === 'object' && additionalProperties !== undefined;
  const factor = isMap ? maxProperties : type === 'array' ? maxItems : 1;
  return count === undefined || factor === undefined ? undefined : count * Math.max(0, factor);
}

function validateOwn(schema: JSONSchemaProps, place: Place, isRoot: boolean): FieldError[] {
  const rules = schema[RULES];
  if (!rules?.length) return [];
  const shape = shapeOf(schema, 'selfType', isRoot || schema['x-kubernetes-embedded-resource'] === true);
  if (shape === undefined) return [];
  const often = place.count ?? Math.floor(LARGEST_REQUEST / (shape.minBytes + 1));
  return checkEach(rules, place.field.child(RULES), (rule, at) => {
    const compiled = compileRule(rule, shape);
    const shown = internalForm(rule, ValidationRule);
    const cost = compiled.cost * often;
    place.costs.push({ field: at.child('rule'), cost });
    place.costs.push({ field: at.child('messageExpression'), cost: compiled.messageCost });
    return [
      ...(cost > MOST_OF_A_RULE
        ? [forbidden(at.child('rule'), costMessage('estimated rule cost', cost, MOST_OF_A_RULE))]
        : []),
      ...(compiled.error ? [invalid(at.child('rule'), shown, compiled.error)] : []),
      ...(compiled.messageError ? [invalid(at.child('messageExpression'), shown, compiled.messageError)] : []),
      ...(compiled.messageCost > MOST_OF_A_RULE
        ? [
            forbidden(
              at.child('messageExpression'),
              costMessage('estimated messageExpression cost', compiled.messageCost, MOST_OF_A_RULE),
            ),
          ]
        : []),
      ...oldSelfErrors(rule, compiled.usesOldSelf, { at, uncorrelated: place.uncorrelated }),
    ];
  });
}

type Where = { readonly at: FieldPath; readonly uncorrelated: FieldPath | undefined };

function oldSelfErrors(rule: ValidationRule, usesOldSelf: boolean, { at, uncorrelated }: Where): FieldError[] {
  if (usesOldSelf) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`;
    return uncorrelated === undefined ? [] : [invalid(at.child('rule'), rule.rule, detail)];
  }
  if (rule.optionalOldSelf === undefined) return [];
  return [invalid(at.child('optionalOldSelf'), rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')];
}

function costMessage(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
