import { checkText, requireOneOf } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { ParamKind, ParamRef } from './match-resources.ts';

/** Of which kind a policy's parameters are. */
export function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, field: FieldPath): FieldError[] {
  const errors = validateApiVersion(apiVersion, field.child('apiVersion'));
  const at = field.child('kind');
  if (kind === '') return [...errors, required(at)];
  const details = isDNS1035Label(kind.toLowerCase());
  if (details.length === 0) return errors;
  return [...errors, invalid(at, kind, `may have mixed case, but should otherwise match: ${details.join(',')}`)];
}

function validateApiVersion(apiVersion: string, field: FieldPath): FieldError[] {
  if (apiVersion === '') return [required(field)];
  const parts = apiVersion.split('/');
  if (parts.length > 2) return [invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const version = parts.at(-1) ?? '';
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  return [
    ...joined(field, group, group === '' ? [] : isDNS1123Subdomain(group)),
    ...(version === ''
      ? [invalid(field, apiVersion, 'version must be specified')]
      : joined(field, version, isDNS1035Label(version))),
  ];
}

const joined = (field: FieldPath, value: string, details: readonly string[]): FieldError[] =>
  details.length === 0 ? [] : [invalid(field, value, details.join(','))];

const EXCLUSIVE = 'name and selector are mutually exclusive';

/** Where a binding takes a policy's parameters from. */
export function validateParamRef(reference: ParamRef, field: FieldPath): FieldError[] {
  const { name = '', selector, parameterNotFoundAction } = reference;
  const isDouble = name !== '' && selector !== undefined;
  return [
    ...(name === '' ? [] : checkText(field.child('name'), name, isPathSegmentName)),
    ...(isDouble ? [forbidden(field.child('name'), EXCLUSIVE)] : []),
    ...validateLabelSelector(selector, field.child('selector')),
    ...(isDouble ? [forbidden(field.child('selector'), EXCLUSIVE)] : []),
    ...(name === '' && selector === undefined ? [required(field, 'one of name or selector must be specified')] : []),
    ...requireOneOf(field.child('parameterNotFoundAction'), parameterNotFoundAction, ['Deny', 'Allow']),
  ];
}
