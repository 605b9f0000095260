import { isLabelKeyPrefix } from './dns.ts';
import { byteLength, emptyError, maxLengthBytesError, regexError } from './messages.ts';

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const namePattern = new RegExp(`^${NAME}$`);
const valuePattern = new RegExp(`^(${NAME})?$`);
const NAME_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const VALUE_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

export const LABEL_MAX_LENGTH = 63;

const nameError = () => regexError(NAME_MESSAGE, NAME, 'MyName', 'my.name', '123-abc');

/** Texts that were found right: objects have the same few labels by the thousand. */
class RightTexts {
  readonly #texts = new Set<string>();

  /** What `check` finds wrong with a text. */
  problems(text: string, check: (text: string) => string[]): string[] {
    if (this.#texts.has(text)) return [];
    const problems = check(text);
    if (problems.length > 0) return problems;
    if (this.#texts.size >= MAX_RIGHT_TEXTS) this.#texts.clear();
    this.#texts.add(text);
    return problems;
  }
}

const MAX_RIGHT_TEXTS = 2000;
const rightNames = new RightTexts();
const rightValues = new RightTexts();

/** Reasons why a text is not `[prefix/]name`: keys of labels and annotations, finalizers, resource names. */
export const isQualifiedName = (value: string): string[] => rightNames.problems(value, qualifiedNameErrors);

function qualifiedNameErrors(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2)
    return [
      `a valid label key ${nameError()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const errors = parts.length === 2 ? prefixErrors(parts[0]!) : [];
  const name = parts.at(-1)!;
  if (name === '') errors.push(`name part ${emptyError}`);
  else if (byteLength(name) > LABEL_MAX_LENGTH) errors.push(`name part ${maxLengthBytesError(LABEL_MAX_LENGTH)}`);
  if (!namePattern.test(name)) errors.push(`name part ${nameError()}`);
  return errors;
}

const prefixErrors = (prefix: string): string[] =>
  (prefix === '' ? [emptyError] : isLabelKeyPrefix(prefix)).map((message) => `prefix part ${message}`);

/** Reasons why a text is not the value of a label. */
export const isValidLabelValue = (value: string): string[] => rightValues.problems(value, valueErrors);

function valueErrors(value: string): string[] {
  const errors = byteLength(value) > LABEL_MAX_LENGTH ? [maxLengthBytesError(LABEL_MAX_LENGTH)] : [];
  if (!valuePattern.test(value)) errors.push(regexError(VALUE_MESSAGE, `(${NAME})?`, 'MyValue', 'my_value', '12345'));
  return errors;
}
