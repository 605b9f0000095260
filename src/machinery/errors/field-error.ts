import { stringifyJson } from '#machinery/codec/encode-json.ts';
/** Why a field was refused; the text is the `reason` of a Status cause, as upstream spells it. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One refused field. `message` is the whole text after the field path, as upstream prints it. */
export interface FieldError {
  readonly type: FieldErrorType;
  /** For example `spec.containers[0].image`. */
  readonly field: string;
  readonly message: string;
}

/** `path.child('spec').index(0).key('a')` renders `spec[0][a]`; immutable. */
export class FieldPath {
  readonly #text: string;
  constructor(text = '') {
    this.#text = text;
  }
  child(...names: string[]): FieldPath {
    let text = this.#text;
    for (const name of names) text = text === '' ? name : `${text}.${name}`;
    return new FieldPath(text);
  }
  index(position: number): FieldPath {
    return new FieldPath(`${this.#text}[${position}]`);
  }
  key(key: string): FieldPath {
    return new FieldPath(`${this.#text}[${key}]`);
  }
  toString(): string {
    return this.#text;
  }
}

export const required = (field: FieldPath, detail = ''): FieldError => ({
  type: 'FieldValueRequired',
  field: String(field),
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
});

export const invalid = (field: FieldPath, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field: String(field),
  message: `Invalid value: ${showValue(value)}: ${detail}`,
});

/** The same where the value itself says nothing. */
export const invalidWithoutValue = (field: FieldPath, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field: String(field),
  message: `Invalid value: ${detail}`,
});

export const typeInvalid = (field: FieldPath, value: unknown, detail: string): FieldError => ({
  type: 'FieldValueTypeInvalid',
  field: String(field),
  message: `Invalid value: ${showValue(value)}: ${detail}`,
});

export const notSupported = (field: FieldPath, value: unknown, supported: readonly string[]): FieldError => ({
  type: 'FieldValueNotSupported',
  field: String(field),
  message: `Unsupported value: ${showValue(value)}${
    supported.length > 0 ? `: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}` : ''
  }`,
});

export const forbidden = (field: FieldPath, detail: string): FieldError => ({
  type: 'FieldValueForbidden',
  field: String(field),
  message: `Forbidden: ${detail}`,
});

export const duplicate = (field: FieldPath, value: unknown): FieldError => ({
  type: 'FieldValueDuplicate',
  field: String(field),
  message: `Duplicate value: ${showValue(value)}`,
});

export const notFound = (field: FieldPath, value: unknown): FieldError => ({
  type: 'FieldValueNotFound',
  field: String(field),
  message: `Not found: ${showValue(value)}`,
});

export const tooLong = (field: FieldPath, maximumBytes: number): FieldError => ({
  type: 'FieldValueTooLong',
  field: String(field),
  message: `Too long: may not be more than ${maximumBytes} bytes`,
});

export const tooMany = (field: FieldPath, actual: number, maximum: number): FieldError => ({
  type: 'FieldValueTooMany',
  field: String(field),
  message: `Too many: ${actual}: must have at most ${maximum} items`,
});

/** Values as Go prints them in these messages: strings quoted, the rest as JSON. */
function showValue(value: unknown): string {
  return value === undefined ? 'null' : stringifyJson(value);
}
