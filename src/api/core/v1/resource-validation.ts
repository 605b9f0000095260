import { checkEach, checkText, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notFound,
  required,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isQuantity, parseQuantity } from '#machinery/quantity/parse-quantity.ts';
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

/** What is counted in whole units only. */
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string): boolean => isHugePages(name.replace(/^requests\./, ''));
/** Resources of Kubernetes itself: without a domain, or in its own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** Whether a resource is counted in whole units and never overcommitted: devices that node agents advertise. */
export const isExtendedResource = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;

export const canOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** The rules of a resource's name wherever one stands. */
export function validateResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = checkText(field, name, isQualifiedName);
  if (errors.length === 0 && !name.includes('/') && !STANDARD_RESOURCES.includes(name) && !isQuotaHugePages(name))
    errors.push(invalid(field, name, 'must be a standard resource type or fully qualified'));
  return errors;
}

export function validateContainerResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = validateResourceName(name, field);
  // All of these apply, also to what is no name at all.
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name))
      errors.push(invalid(field, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtendedResource(name))
    errors.push(invalid(field, name, "doesn't follow extended resource name standard"));
  return errors;
}

/** Whether a quota can count a resource that Kubernetes itself knows by this name. */
export const isStandardQuotaResource = (name: string): boolean =>
  (name !== 'storage' && STANDARD_RESOURCES.includes(name)) || isQuotaHugePages(name);

/** The rules of the name of what a quota counts. */
export function validateQuotaResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = validateResourceName(name, field);
  if (!name.includes('/') && !isStandardQuotaResource(name))
    errors.push(invalid(field, name, 'must be a standard resource for quota'));
  return errors;
}

/** The rules of an amount: not negative, and whole where only whole ones can be had. */
export function validateResourceAmount(name: string, text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  if (amount.sign < 0) return [invalid(field, text, 'must be greater than or equal to 0')];
  const isWhole = COUNTED.includes(name) || isExtendedResource(name);
  if (isWhole && amount.milliValue() % 1000 !== 0) return [invalid(field, text, 'must be an integer')];
  return [];
}

interface RequirementRules {
  /** The names of the pod's resource claims. */
  readonly claims?: readonly string[];
  /** What can be asked for; by default what a container can. */
  readonly validateName?: (name: string, field: FieldPath) => FieldError[];
}

/** What a container, or a pod as a whole, asks for. */
export function validateResourceRequirements(
  { limits = {}, requests = {}, claims }: ResourceRequirements,
  field: FieldPath,
  { claims: podClaims = [], validateName = validateContainerResourceName }: RequirementRules = {},
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [list, amounts] of [['limits', limits] as const, ['requests', requests] as const]) {
    for (const [name, text] of Object.entries(amounts)) {
      const at = field.child(list).key(name);
      append(errors, [...validateName(name, at), ...validateResourceAmount(name, text, at)]);
      if (isHugePages(name)) append(errors, checkHugePages(name, text, at));
      if (list === 'requests') append(errors, compareWithLimit(name, text, { limit: limits[name], field }));
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory'))
    errors.push(forbidden(field, 'HugePages require cpu or memory'));
  append(
    errors,
    checkEach(claims, field.child('claims'), ({ name }, at) => {
      const missing = requireText(at, name);
      return missing.length > 0 || podClaims.includes(name) ? missing : [notFound(at.child('name'), name)];
    }),
  );
  return errors;
}

/** Huge pages come whole. */
function checkHugePages(name: string, text: string, field: FieldPath): FieldError[] {
  const size = name.slice('hugepages-'.length);
  if (!isQuantity(size)) return [];
  const page = parseQuantity(size).milliValue();
  const amount = parseQuantity(text).milliValue();
  return page > 0 && (amount < 0 || amount % page !== 0)
    ? [invalid(field, text, `${text} is not positive integer multiple of ${name}`)]
    : [];
}

/** A request is at most its limit, and exactly that where a resource cannot be promised twice. */
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
