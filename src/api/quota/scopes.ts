import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '#api/core/v1/resource-quota.ts';

/** All that a quota's objects have to be: its scopes and the expressions of its selector. */
export const scopesOf = (spec: ResourceQuotaSpec | undefined): readonly ScopedResourceSelectorRequirement[] => [
  ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
  ...(spec?.scopeSelector?.matchExpressions ?? []),
];

/** Whether a value, or the lack of one, is what an expression wants. */
export function matchesValues(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  given: readonly string[],
): boolean {
  switch (operator) {
    case 'In':
      return given.some((value) => values.includes(value));
    case 'NotIn':
      return !given.some((value) => values.includes(value));
    case 'Exists':
      return given.length > 0;
    case 'DoesNotExist':
      return given.length === 0;
    default:
      return false;
  }
}
