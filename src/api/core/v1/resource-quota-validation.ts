import { checkEach, immutable, optionalOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ResourceQuota } from './resource-quota.ts';
import { validateResourceAmount, validateResourceName } from './resource-validation.ts';

const SPEC = new FieldPath('spec');
const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function validateResourceQuota({ spec }: ResourceQuota): FieldError[] {
  const scopes = spec?.scopes ?? [];
  const at = SPEC.child('scopes');
  return [
    ...Object.entries(spec?.hard ?? {}).flatMap(([name, text]) => {
      const field = SPEC.child('hard').key(name);
      return [...validateResourceName(name, field), ...validateResourceAmount(name, text, field)];
    }),
    ...scopes.flatMap((scope) => (SCOPES.includes(scope) ? [] : [invalid(at, scopes, 'unsupported scope')])),
    ...CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
      invalid(at, scopes, 'conflicting scopes'),
    ),
    ...validateScopeSelector(spec?.scopeSelector, SPEC.child('scopeSelector', 'matchExpressions')),
  ];
}

type ScopeSelector = NonNullable<ResourceQuota['spec']>['scopeSelector'];

const validateScopeSelector = (selector: ScopeSelector, field: FieldPath): FieldError[] =>
  checkEach(selector?.matchExpressions, field, ({ scopeName, operator, values = [] }, at) => {
    const errors = optionalOneOf(at.child('scopeName'), scopeName, SCOPES);
    const place = at.child('values');
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        errors.push(required(place, "must be atleast one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        errors.push(
          invalid(place, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
        );
    } else errors.push(invalid(at.child('operator'), operator, 'not a valid selector operator'));
    return errors;
  });

/** What a quota counts stays. */
export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): FieldError[] {
  const scopes = [...(spec?.scopes ?? [])].sort();
  const before = [...(old.spec?.scopes ?? [])].sort();
  return deepEqual(scopes, before) ? [] : immutable(SPEC.child('scopes'), spec?.scopes, old.spec?.scopes);
}
