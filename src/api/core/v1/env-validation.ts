import { checkEach, checkText, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isConfigMapKey, isRelaxedEnvVarName } from '#machinery/names/key.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { EnvFromSource, EnvVar, EnvVarSource } from './env.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from './references.ts';
import { checkBacksteps } from './volume-source-validation.ts';

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Paths that exist but stand for more than a variable holds. */
const OTHER_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
];
const RESOURCES = ['cpu', 'ephemeral-storage', 'memory']
  .flatMap((name) => [`limits.${name}`, `requests.${name}`])
  .sort();

/** The rules of environment variables. */
export const validateEnv = (variables: readonly EnvVar[] | undefined, field: FieldPath): FieldError[] =>
  checkEach(variables, field, (variable, at) => [
    ...requireText(at.child('name'), variable.name, isRelaxedEnvVarName),
    ...(variable.valueFrom ? validateSource(variable, variable.valueFrom, at.child('valueFrom')) : []),
  ]);

function validateSource({ value }: EnvVar, source: EnvVarSource, field: FieldPath): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const errors: FieldError[] = [];
  if (fieldRef) append(errors, validateFieldRef(fieldRef, field.child('fieldRef'), FIELDS));
  if (resourceFieldRef) append(errors, validateResourceFieldRef(resourceFieldRef, field.child('resourceFieldRef')));
  for (const [name, reference] of Object.entries({ configMapKeyRef, secretKeyRef })) {
    if (!reference) continue;
    append(errors, checkText(field.child(name, 'name'), reference.name ?? '', isDNS1123Subdomain));
    append(errors, requireText(field.child(name, 'key'), reference.key, isConfigMapKey));
  }
  if (fileKeyRef) {
    const at = field.child('fileKeyRef');
    append(errors, [
      ...requireText(at.child('key'), fileKeyRef.key, isRelaxedEnvVarName),
      ...requireText(at.child('volumeName'), fileKeyRef.volumeName, isDNS1123Label),
      ...(fileKeyRef.path ? checkBacksteps(at.child('path'), fileKeyRef.path) : [required(at.child('path'))]),
    ]);
  }
  const sources = Object.values(source).filter((each) => each !== undefined).length;
  if (sources === 0)
    errors.push(
      invalid(
        field,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    );
  if (value) {
    if (sources !== 0) errors.push(invalid(field, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) errors.push(invalid(field, '', 'may not have more than one field specified at a time'));
  return errors;
}

/** A path into the pod: one of `fields`, or one label or annotation. */
export function validateFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  field: FieldPath,
  fields: readonly string[],
): FieldError[] {
  if (!apiVersion) return [required(field.child('apiVersion'))];
  const at = field.child('fieldPath');
  if (!fieldPath) return [required(at)];
  const refuse = (why: string) => [invalid(at, fieldPath, `error converting fieldPath: ${why}`)];
  if (apiVersion !== 'v1') return refuse(`unsupported pod version: ${apiVersion}`);
  const { path, key } = subscripted(fieldPath);
  if (path === 'metadata.annotations' || path === 'metadata.labels')
    // Upstream names the reference, not its path, for what is wrong with a key.
    return checkText(field, path === 'metadata.labels' ? key : key.toLowerCase(), isQualifiedName);
  if (path) return refuse(`field label does not support subscript: ${fieldPath}`);
  if (fields.includes(fieldPath)) return [];
  if (![...FIELDS, ...OTHER_FIELDS].includes(fieldPath)) return refuse(`field label not supported: ${fieldPath}`);
  return [notSupported(at, fieldPath, fields)];
}

/** What a field path of the form `path['key']` names; a path of '' for all others. */
function subscripted(fieldPath: string): { readonly path: string; readonly key: string } {
  const open = fieldPath.indexOf("['");
  if (open < 0 || !fieldPath.endsWith("']") || open + 4 > fieldPath.length) return { path: '', key: '' };
  return { path: fieldPath.slice(0, open), key: fieldPath.slice(open + 2, -2) };
}

/** A container's request or limit. */
export function validateResourceFieldRef({ resource, divisor }: ResourceFieldSelector, field: FieldPath): FieldError[] {
  const at = field.child('resource');
  if (!resource) return [required(at)];
  if (!RESOURCES.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    return [notSupported(at, resource, RESOURCES)];
  return validateDivisor(resource, divisor ?? '0', field.child('divisor'));
}

const CPU_DIVISORS = ['1m', '1'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

function validateDivisor(resource: string, divisor: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(divisor);
  if (amount.isZero) return [];
  const kind = resource.slice(resource.indexOf('.') + 1);
  const allowed = kind === 'cpu' ? CPU_DIVISORS : BYTE_DIVISORS;
  // It is what is written that counts: 1024 is as much as 1Ki, and is refused.
  if (allowed.includes(String(amount))) return [];
  const values = kind === 'cpu' ? '1m and 1' : allowed.join(', ');
  const shown =
    kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind.startsWith('hugepages-') ? 'hugepages' : kind;
  // Upstream shows the resource where it refuses the divisor.
  return [invalid(field, resource, `only divisor's values ${values} are supported with the ${shown} resource`)];
}

/** The rules of variables taken from a whole ConfigMap or Secret. */
export const validateEnvFrom = (sources: readonly EnvFromSource[] | undefined, field: FieldPath): FieldError[] =>
  checkEach(sources, field, ({ prefix, configMapRef, secretRef }, at) => {
    const errors = prefix ? checkText(at.child('prefix'), prefix, isRelaxedEnvVarName) : [];
    if (configMapRef)
      append(errors, requireText(at.child('configMapRef', 'name'), configMapRef.name, isDNS1123Subdomain));
    if (secretRef) append(errors, requireText(at.child('secretRef', 'name'), secretRef.name, isDNS1123Subdomain));
    if (!configMapRef && !secretRef)
      errors.push(invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef && secretRef)
      errors.push(invalid(field, '', 'may not have more than one field specified at a time'));
    return errors;
  });
