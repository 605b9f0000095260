import { FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { newBadRequest, newInvalid } from '#machinery/errors/status-error.ts';
import type { Query } from '../request.ts';

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
export function parseWriteOptions(query: Query, kind: string): WriteOptions {
  const errors = [];
  const dryRun = query.all('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported(new FieldPath('dryRun'), dryRun[0], ['All']));
  const fieldManager = query.get('fieldManager');
  if (fieldManager.length > MAX_FIELD_MANAGER) {
    errors.push(
      invalid(new FieldPath('fieldManager'), fieldManager, `must be no more than ${MAX_FIELD_MANAGER} characters`),
    );
  }
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (!FIELD_VALIDATION.includes(fieldValidation)) {
    errors.push(notSupported(new FieldPath('fieldValidation'), fieldValidation, FIELD_VALIDATION));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: fieldValidation as FieldValidation,
    force: query.flag('force'),
  };
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
