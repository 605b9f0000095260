import { checkEach, checkText, requireText } from '#api/checks.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFound,
  required,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { ResourceRequirements } from './resources.ts';

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD_RESOURCES = [
  ...CONTAINER_RESOURCES,
  'storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** Resources of Kubernetes itself: without a domain, or in its own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** Whether a resource is counted in whole units and never overcommitted: devices that node agents advertise. */
export const isExtendedResource = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;

const canOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** The rules of a resource's name wherever one stands. */
export function validateResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = checkText(field, name, isQualifiedName);
  if (errors.length === 0 && !name.includes('/') && !STANDARD_RESOURCES.includes(name) && !isHugePages(name))
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
  return errors;
}

function validateContainerResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = validateResourceName(name, field);
  if (errors.length > 0) return errors;
  if (!name.includes('/')) {
    return CONTAINER_RESOURCES.includes(name) || isHugePages(name)
      ? []
      : [invalid(field, name, 'must be a standard resource for containers')];
  }
  return isNative(name) || isExtendedResource(name)
    ? []
    : [invalid(field, name, "doesn't follow extended resource name standard")];
}

/** The rules of an amount: not negative, and whole where only whole ones can be had. */
export function validateResourceAmount(name: string, text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  if (amount.sign < 0) return [invalid(field, text, 'must be greater than or equal to 0')];
  if (isExtendedResource(name) && amount.milliValue() % 1000 !== 0) return [invalid(field, text, 'must be an integer')];
  return [];
}

/** What a container asks for; `claims` are the names of the pod's resource claims. */
export function validateResourceRequirements(
  { limits = {}, requests = {}, claims }: ResourceRequirements,
  field: FieldPath,
  podClaims: readonly string[] = [],
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, amounts] of [['limits', limits] as const, ['requests', requests] as const]) {
    for (const [name, text] of Object.entries(amounts)) {
      const at = field.child(list).key(name);
      errors.push(...validateContainerResourceName(name, at), ...validateResourceAmount(name, text, at));
      if (list === 'requests') errors.push(...compareWithLimit(name, text, { limit: limits[name], field }));
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory'))
    errors.push(forbidden(field, 'HugePages require cpu or memory'));
  errors.push(
    ...checkEach(claims, field.child('claims'), ({ name }, at) => {
      const missing = requireText(at.child('name'), name);
      return missing.length > 0 || podClaims.includes(name) ? missing : [notFound(at.child('name'), name)];
    }),
  );
  return errors;
}

function compareWithLimit(
  name: string,
  request: string,
  { limit, field }: { readonly limit: string | undefined; readonly field: FieldPath },
): FieldError[] {
  const overcommit = canOvercommit(name);
  if (limit === undefined)
    return overcommit ? [] : [required(field.child('limits'), 'Limit must be set for non overcommitable resources')];
  const order = parseQuantity(request).compare(parseQuantity(limit));
  const at = field.child('requests');
  if (order !== 0 && !overcommit) return [invalid(at, request, `must be equal to ${name} limit of ${limit}`)];
  return order > 0 ? [invalid(at, request, `must be less than or equal to ${name} limit of ${limit}`)] : [];
}
