import { checkText, immutable, optionalOneOf, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isDomainPrefixedKey } from '#machinery/names/label.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { IngressClass, IngressClassParametersReference } from './ingress-class.ts';

const SPEC = new FieldPath('spec');
const CONTROLLER_LIMIT = 250;

export function validateIngressClass({ spec = {} }: IngressClass): FieldError[] {
  const at = SPEC.child('controller');
  const controller = spec.controller ?? '';
  return [
    ...(controller.length > CONTROLLER_LIMIT ? [tooLong(at, CONTROLLER_LIMIT)] : []),
    ...requireText(at, controller, isDomainPrefixedKey),
    ...(spec.parameters ? validateParameters(spec.parameters, SPEC.child('parameters')) : []),
  ];
}

function validateParameters(reference: IngressClassParametersReference, field: FieldPath): FieldError[] {
  const { apiGroup, kind, name, scope, namespace } = reference;
  const errors = [
    ...(apiGroup === undefined ? [] : checkText(field.child('apiGroup'), apiGroup, isDNS1123Subdomain)),
    ...requireText(field.child('kind'), kind, isPathSegmentName),
    ...requireText(field.child('name'), name, isPathSegmentName),
    ...(scope === undefined
      ? [required(field.child('scope'))]
      : optionalOneOf(field.child('scope'), scope, ['Cluster', 'Namespace'])),
  ];
  const at = field.child('namespace');
  if (scope === 'Namespace' && namespace === undefined) {
    errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
  }
  if (scope === 'Namespace' && namespace !== undefined) errors.push(...checkText(at, namespace, isDNS1123Label));
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbidden(at, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

export const validateIngressClassUpdate = ({ spec }: IngressClass, old: IngressClass): FieldError[] =>
  immutable(SPEC.child('controller'), spec?.controller, old.spec?.controller);
