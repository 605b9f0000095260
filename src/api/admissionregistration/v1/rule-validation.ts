import { checkEach, optionalOneOf } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import type { RuleWithOperations } from './match-resources.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** Which requests a webhook or a policy hears of. */
export const validateRule = (rule: RuleWithOperations, field: FieldPath): FieldError[] => [
  ...validateList(rule.operations, field.child('operations'), 'operations'),
  ...checkEach(rule.operations, field.child('operations'), (operation, at) =>
    OPERATIONS.includes(operation) ? [] : [notSupported(at, operation, OPERATIONS)],
  ),
  ...validateList(rule.apiGroups, field.child('apiGroups'), 'API groups'),
  ...validateVersions(rule.apiVersions, field.child('apiVersions')),
  ...validateResources(rule.resources ?? [], field.child('resources')),
  ...optionalOneOf(field.child('scope'), rule.scope, ['*', 'Cluster', 'Namespaced']),
];

/** There is at least one, and a star stands alone. */
function validateList(values: readonly string[] | undefined, field: FieldPath, what: string): FieldError[] {
  if (!values?.length) return [required(field)];
  return values.length > 1 && values.includes('*')
    ? [invalid(field, values, `if '*' is present, must not specify other ${what}`)]
    : [];
}

const validateVersions = (versions: readonly string[] | undefined, field: FieldPath): FieldError[] => [
  ...validateList(versions, field, 'API versions'),
  ...checkEach(versions, field, (version, at) => (version === '' ? [required(at)] : [])),
];

function validateResources(resources: readonly string[], field: FieldPath): FieldError[] {
  if (resources.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  const hasDoubleStar = resources.includes('*/*');
  for (const [position, resource] of resources.entries()) {
    const at = field.index(position);
    if (resource === '') errors.push(required(at));
    else if (hasDoubleStar && resource !== '*/*') {
      errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
      break;
    }
    const [name, subresource] = resource.split('/');
    if (subresource !== undefined && subresource !== '*' && resources.includes(`${name}/*`)) {
      errors.push(invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`));
    }
    if (subresource !== undefined && name !== '*' && resources.includes(`*/${subresource}`)) {
      errors.push(invalid(at, resource, `if '*/${subresource}' is present, must not specify ${resource}`));
    }
    if (subresource === undefined && name !== '*' && resources.includes('*')) {
      errors.push(
        invalid(field, resources, "if '*' is present, must not specify other resources without subresources"),
      );
      break;
    }
  }
  return errors;
}
