import { type FieldError, FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';

export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export const BINARY_OPERATORS: readonly Operator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

/** Labels of an object; absent counts as none. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** One condition of a label selector. Immutable. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** A selector that cannot be read. The message is the one that clients see. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** Makes a checked requirement; throws `SelectorError` with upstream's text. */
export function newRequirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  const errors = requirementErrors(new FieldPath(), { key, operator, values });
  if (errors.length > 0) throw new SelectorError(aggregate(errors));
  return { key, operator, values };
}

/** What is wrong with a requirement at a path. */
export function requirementErrors(path: FieldPath, { key, operator, values }: Requirement): FieldError[] {
  return [
    ...keyErrors(path.child('key'), key),
    ...valueCountErrors(path, operator, values),
    ...values.flatMap((value, index) => valueErrors(path.child('values').index(index).key(key), value)),
  ];
}

/** A key that upstream checks before it knows a path, which it then prints as `<nil>`. */
export function checkKey(key: string): void {
  const errors = keyErrors(new FieldPath('<nil>'), key);
  if (errors.length > 0) throw new SelectorError(aggregate(errors));
}

const keyErrors = (path: FieldPath, key: string): FieldError[] => joined(path, key, isQualifiedName(key));
const valueErrors = (path: FieldPath, value: string): FieldError[] => joined(path, value, isValidLabelValue(value));
const joined = (path: FieldPath, value: string, messages: readonly string[]): FieldError[] =>
  messages.length === 0 ? [] : [invalid(path, value, messages.join('; '))];

function valueCountErrors(at: FieldPath, operator: Operator, values: readonly string[]): FieldError[] {
  const path = at.child('values');
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0 ? [] : [invalid(path, values, "for 'in', 'notin' operators, values set can't be empty")];
    case '=':
    case '==':
    case '!=':
      return values.length === 1 ? [] : [invalid(path, values, 'exact-match compatibility requires one single value')];
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : [invalid(path, values, 'values set must be empty for exists and does not exist')];
    case 'gt':
    case 'lt':
      return comparisonErrors(path, values);
    default:
      return [notSupported(at.child('operator'), operator, [...BINARY_OPERATORS, 'exists', '!'].sort())];
  }
}

function comparisonErrors(path: FieldPath, values: readonly string[]): FieldError[] {
  const count =
    values.length === 1 ? [] : [invalid(path, values, "for 'Gt', 'Lt' operators, exactly one value is required")];
  const types = values.flatMap((value, index) =>
    parseInt64(value) !== undefined
      ? []
      : [invalid(path.index(index), value, "for 'Gt', 'Lt' operators, the value must be an integer")],
  );
  return [...count, ...types];
}

function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

const MAX_INT64 = 2n ** 63n;

function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]{1,20}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return value >= -MAX_INT64 && value < MAX_INT64 ? value : undefined;
}

/** Whether labels meet a requirement. */
export function requirementMatches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return value !== undefined && compares(operator, value, values[0]!);
  }
}

function compares(operator: 'gt' | 'lt', text: string, bound: string): boolean {
  const value = parseInt64(text);
  if (value === undefined) return false;
  return operator === 'gt' ? value > parseInt64(bound)! : value < parseInt64(bound)!;
}

/** The text that `parseLabelSelector` reads. */
export function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}
