import { checkDomainPrefixedPath, checkText, immutable, optionalOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { IngressClass, IngressClassParametersReference } from './ingress-class.ts';
import { validateLocalReference } from './local-reference-validation.ts';

const SPEC = new FieldPath('spec');
const CONTROLLER_LIMIT = 250;

export function validateIngressClass({ spec = {} }: IngressClass): FieldError[] {
  const at = SPEC.child('controller');
  const controller = spec.controller ?? '';
  return [
    ...(controller.length > CONTROLLER_LIMIT ? [tooLong(at, CONTROLLER_LIMIT)] : []),
    ...checkDomainPrefixedPath(at, controller),
    ...(spec.parameters ? validateParameters(spec.parameters, SPEC.child('parameters')) : []),
  ];
}

function validateParameters(reference: IngressClassParametersReference, field: FieldPath): FieldError[] {
  const { scope, namespace } = reference;
  const errors = [
    ...validateLocalReference(reference, field),
    ...(scope === undefined
      ? [required(field.child('scope'))]
      : optionalOneOf(field.child('scope'), scope, ['Cluster', 'Namespace'])),
  ];
  const at = field.child('namespace');
  if (scope === 'Namespace' && namespace === undefined) {
    errors.push(required(at, "`parameters.scope` is set to 'Namespace'"));
  }
  if (scope === 'Namespace' && namespace !== undefined) append(errors, checkText(at, namespace, isDNS1123Label));
  if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbidden(at, "`parameters.scope` is set to 'Cluster'"));
  }
  return errors;
}

export const validateIngressClassUpdate = ({ spec }: IngressClass, old: IngressClass): FieldError[] =>
  immutable(SPEC.child('controller'), spec?.controller, old.spec?.controller);
