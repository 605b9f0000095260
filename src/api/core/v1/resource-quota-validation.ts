import { table } from '#base/table.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ResourceQuota, ResourceQuotaSpec } from './resource-quota.ts';
import { isStandardQuotaResource, validateQuotaResourceName, validateResourceAmount } from './resource-validation.ts';

const SPEC = new FieldPath('spec');
const STATUS = new FieldPath('status');
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
/** What can be counted of the objects that a scope selects. */
const COUNTED_IN = table<readonly string[]>({
  BestEffort: ['pods'],
  CrossNamespacePodAffinity: ['pods', ...COMPUTE],
  NotBestEffort: ['pods', ...COMPUTE],
  NotTerminating: ['pods', ...COMPUTE],
  PriorityClass: ['pods', ...COMPUTE],
  Terminating: ['pods', ...COMPUTE],
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
});

export const validateResourceQuota = ({ spec = {} }: ResourceQuota): FieldError[] => [
  ...validateAmounts(spec.hard, SPEC.child('hard')),
  ...validateScopes(spec),
  ...validateScopeSelector(spec, SPEC.child('scopeSelector', 'matchExpressions')),
];

const validateAmounts = (amounts: Readonly<Record<string, string>> | undefined, field: FieldPath): FieldError[] =>
  Object.entries(amounts ?? {}).flatMap(([name, text]) => [
    ...validateQuotaResourceName(name, field.key(name)),
    ...validateResourceAmount(name, text, field.key(name)),
  ]);

function validateScopes(spec: ResourceQuotaSpec): FieldError[] {
  const { scopes = [] } = spec;
  // Each says the whole list, which may be long: it is written out once.
  const [unsupported, unapplied, conflicting] = [
    'unsupported scope',
    'unsupported scope applied to resource',
    'conflicting scopes',
  ].map((detail) => invalid(SPEC.child('scopes'), scopes, detail)) as [FieldError, FieldError, FieldError];
  return [
    ...scopes.flatMap((scope) => [
      ...(scope in COUNTED_IN ? [] : [unsupported]),
      ...uncounted(spec, scope).map(() => unapplied),
    ]),
    ...conflicts(scopes).map(() => conflicting),
  ];
}

const conflicts = (scopes: readonly string[]) =>
  CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope)));

/** The resources of a quota that a scope says nothing about. */
const uncounted = ({ hard = {} }: ResourceQuotaSpec, scope: string): string[] =>
  Object.keys(hard).filter((name) => isStandardQuotaResource(name) && !(COUNTED_IN[scope]?.includes(name) ?? true));

/** Scopes that select without comparing. */
const VALUELESS = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

/** Upstream names the list, not the place in it. */
function validateScopeSelector(spec: ResourceQuotaSpec, field: FieldPath): FieldError[] {
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const shown = {
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
  const unapplied = invalid(field, shown, 'unsupported scope applied to resource');
  const errors = expressions.flatMap(({ scopeName, operator, values = [] }) => [
    ...(scopeName in COUNTED_IN ? [] : [invalid(field.child('scopeName'), scopeName, 'unsupported scope')]),
    ...uncounted(spec, scopeName).map(() => unapplied),
    ...(VALUELESS.includes(scopeName) && operator !== 'Exists'
      ? [
          invalid(
            field.child('operator'),
            operator,
            "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
          ),
        ]
      : []),
    ...operatorErrors(operator, values, field),
  ]);
  const clash = conflicts(expressions.map(({ scopeName }) => scopeName));
  return [...errors, ...clash.map(() => invalid(field, spec.scopes ?? null, 'conflicting scopes'))];
}

function operatorErrors(operator: string, values: readonly string[], field: FieldPath): FieldError[] {
  const at = field.child('values');
  if (operator === 'In' || operator === 'NotIn')
    return values.length === 0
      ? [required(at, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
      : [];
  if (operator === 'Exists' || operator === 'DoesNotExist')
    return values.length > 0
      ? [invalid(at, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")]
      : [];
  return [invalid(field.child('operator'), operator, 'not a valid selector operator')];
}

/** What a quota counts stays. */
export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): FieldError[] {
  const setOf = (scopes: readonly string[] = []) => [...new Set(scopes)].sort();
  return deepEqual(setOf(spec?.scopes), setOf(old.spec?.scopes))
    ? []
    : [invalid(SPEC.child('scopes'), spec?.scopes, 'field is immutable')];
}

/** The rules of what is said of its use. */
export const validateResourceQuotaStatus = ({ status }: ResourceQuota): FieldError[] => [
  ...validateAmounts(status?.hard, STATUS.child('hard')),
  ...validateAmounts(status?.used, STATUS.child('used')),
];
