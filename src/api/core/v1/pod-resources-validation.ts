import { type FieldError, type FieldPath, forbidden, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { isPodLevelResource } from './pod-level-resources.ts';
import { containerTotals } from './pod-requests.ts';
import type { PodSpec } from './pod-spec.ts';
import { validateResourceName, validateResourceRequirements } from './resource-validation.ts';

/** The rules of what a pod asks for as a whole: at least what its containers ask for together. */
export function validatePodResources(spec: PodSpec, field: FieldPath): FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return [];
  if (spec.os?.name === 'windows') return [forbidden(field, 'may not be set for a windows pod')];
  return [
    ...(resources.claims ? [forbidden(field.child('claims'), 'claims may not be set for Resources at pod-level')] : []),
    ...validateResourceRequirements(resources, field, {
      claims: (spec.resourceClaims ?? []).map(({ name }) => name),
      validateName: validatePodResourceName,
    }),
    ...compareWithContainers(spec, field),
  ];
}

function validatePodResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = validateResourceName(name, field);
  if (errors.length > 0 || isPodLevelResource(name)) return errors;
  return [notSupported(field, name, ['cpu', 'hugepages-', 'memory'])];
}

function compareWithContainers(spec: PodSpec, field: FieldPath): FieldError[] {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  const errors: FieldError[] = [];
  const check = (list: 'limits' | 'requests', name: string, total: { toString(): string }) => {
    const text = { limits, requests }[list][name];
    if (text === undefined || parseQuantity(String(total)).compare(parseQuantity(text)) <= 0) return;
    const detail = `must be greater than or equal to aggregate container ${list} of ${total}`;
    errors.push(invalid(field.child(list).key(name), text, detail));
  };
  for (const [name, total] of containerTotals(spec, 'requests')) check('requests', name, total);
  for (const [name, total] of containerTotals(spec, 'limits'))
    if (name.startsWith('hugepages-')) check('limits', name, total);
  for (const [position, container] of (spec.containers ?? []).entries()) {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const limit = limits[name];
      if (limit === undefined || parseQuantity(text).compare(parseQuantity(limit)) <= 0) continue;
      const at = field.child('containers').index(position).key(name).child('limits');
      errors.push(invalid(at, text, `must be less than or equal to pod limits of ${limit}`));
    }
  }
  return errors;
}
