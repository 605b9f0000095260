import { checkEnum } from '#api/validation/checks.ts';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from './references.ts';

/** Where a value of the pod itself goes: each place takes other fields. */
export type DownwardApiPlace = 'env' | 'volume';

const KNOWN_PATHS: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
]);

const PATHS: Readonly<Record<DownwardApiPlace, readonly string[]>> = {
  env: [
    'metadata.name',
    'metadata.namespace',
    'metadata.uid',
    'spec.nodeName',
    'spec.serviceAccountName',
    'status.hostIP',
    'status.hostIPs',
    'status.podIP',
    'status.podIPs',
  ],
  volume: ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'],
};

export function validateFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  field: FieldPath,
  place: DownwardApiPlace,
): FieldError[] {
  if (!apiVersion) return [required(field.child('apiVersion'))];
  if (!fieldPath) return [required(field.child('fieldPath'))];
  const [, path = fieldPath, subscript] = /^(.*)\['(.+)'\]$/.exec(fieldPath) ?? [];
  const pathField = field.child('fieldPath');
  if (apiVersion !== 'v1') {
    const detail = `error converting fieldPath: unsupported pod version: ${apiVersion}`;
    return [invalid(pathField, fieldPath, detail)];
  }
  if (!KNOWN_PATHS.has(path)) {
    return [invalid(pathField, fieldPath, `error converting fieldPath: field label not supported: ${path}`)];
  }
  if (subscript !== undefined) return validateSubscript(path, subscript, field);
  return PATHS[place].includes(path) ? [] : [notSupported(pathField, path, PATHS[place])];
}

function validateSubscript(path: string, subscript: string, field: FieldPath): FieldError[] {
  if (path !== 'metadata.annotations' && path !== 'metadata.labels') {
    return [invalid(field, path, 'does not support subscript')];
  }
  const key = path === 'metadata.annotations' ? subscript.toLowerCase() : subscript;
  return isQualifiedName(key).map((detail) => invalid(field, key, detail));
}

const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'].flatMap((name) => [`limits.${name}`, `requests.${name}`]);

export function validateResourceFieldRef(
  { containerName, resource, divisor }: ResourceFieldSelector,
  field: FieldPath,
  place: DownwardApiPlace,
): FieldError[] {
  if (place === 'volume' && !containerName) return [required(field.child('containerName'))];
  if (!/^(limits|requests)\.hugepages-/.test(resource)) {
    const errors = checkEnum(field.child('resource'), resource, RESOURCES);
    if (errors.length > 0) return errors;
  }
  return validateDivisor(resource, divisor, field.child('divisor'));
}

const DIVISORS: Readonly<Record<string, readonly string[]>> = {
  cpu: ['1m', '1'],
  memory: ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'],
};

function validateDivisor(resource: string, divisor: string | undefined, field: FieldPath): FieldError[] {
  if (!divisor || parseQuantity(divisor).isZero) return [];
  const name = resource.slice(resource.indexOf('.') + 1);
  const allowed = DIVISORS[name === 'cpu' ? 'cpu' : 'memory'] as readonly string[];
  if (allowed.includes(divisor)) return [];
  const kind =
    name === 'ephemeral-storage' ? 'local ephemeral storage' : name.startsWith('hugepages-') ? 'hugepages' : name;
  const listed = name === 'cpu' ? '1m and 1' : allowed.join(', ').replace(/, 1Ei$/, ', 1Ei');
  return [invalid(field, resource, `only divisor's values ${listed} are supported with the ${kind} resource`)];
}
