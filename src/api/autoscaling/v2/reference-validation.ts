import { requireText } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { CrossVersionObjectReference } from './metric-spec.ts';

/** Which versions a reference may name: of a group, of no group as well, or whatever it says. */
export type AcceptedVersions = 'named group' | 'any group' | 'any';

/** The rules of a reference to an object of some kind. */
export const validateReference = (
  { kind, name, apiVersion = '' }: CrossVersionObjectReference,
  field: FieldPath,
  accepted: AcceptedVersions,
): FieldError[] => [
  ...requireText(field.child('kind'), kind, isPathSegmentName),
  ...requireText(field.child('name'), name, isPathSegmentName),
  ...versionErrors(apiVersion, accepted).map((why) => invalid(field.child('apiVersion'), apiVersion, why)),
];

/** What is wrong with a version, as `group/version` or, without a group, as `version`. */
export function versionErrors(apiVersion: string | undefined, accepted: AcceptedVersions): string[] {
  if (accepted === 'any') return [];
  const parts = (apiVersion ?? '').split('/');
  if (parts.length > 2) return [`unexpected GroupVersion string: ${apiVersion}`];
  const hasGroup = parts.length === 2 && parts[0] !== '';
  return accepted === 'any group' || hasGroup ? [] : ['apiVersion must specify API group'];
}
