import { append } from '#base/append.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid } from '#machinery/errors/status-error.ts';
import { byteLength } from '#machinery/names/messages.ts';
import type { Query } from '../request.ts';
import { isPrintable } from './managed-fields-manager.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Query parameters of create, update and patch. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

const FIELD_VALIDATION = ['Ignore', 'Strict', 'Warn'];
const MAX_FIELD_MANAGER = 128;

/** Reads and checks them; `kind` names the options in errors (`CreateOptions`, …). */
export const parseWriteOptions = (query: Query, kind: string): WriteOptions => parse(query, kind, []);

/** Those of PATCH: applying needs a manager, and only applying can be forced. */
export function parsePatchOptions(query: Query, apply: boolean): WriteOptions {
  const errors: FieldError[] = [];
  if (apply && query.get('fieldManager') === '')
    errors.push(required(new FieldPath('fieldManager'), 'is required for apply patch'));
  if (!apply && query.has('force'))
    errors.push(forbidden(new FieldPath('force'), 'may not be specified for non-apply patch'));
  return parse(query, 'PatchOptions', errors);
}

function parse(query: Query, kind: string, errors: FieldError[]): WriteOptions {
  const dryRun = query.all('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported(new FieldPath('dryRun'), dryRun, ['All']));
  const fieldManager = query.get('fieldManager');
  append(errors, validateFieldManager(fieldManager));
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (!FIELD_VALIDATION.includes(fieldValidation)) {
    errors.push(notSupported(new FieldPath('fieldValidation'), fieldValidation, [...FIELD_VALIDATION].sort()));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: fieldValidation as FieldValidation,
    force: query.flag('force'),
  };
}

function validateFieldManager(fieldManager: string): FieldError[] {
  const field = new FieldPath('fieldManager');
  return [
    ...(byteLength(fieldManager) > MAX_FIELD_MANAGER ? [tooLong(field, MAX_FIELD_MANAGER)] : []),
    ...[...fieldManager]
      .filter((character) => !isPrintable(character))
      .map(() => invalid(field, fieldManager, 'should only contain printable characters')),
  ];
}

/** A non-negative whole number from the query, or undefined when it is not there. */
export function parseNumber(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === '') return undefined;
  if (!/^-?\d+$/.test(text)) {
    throw newBadRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}
