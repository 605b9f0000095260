import type { ValidatingAdmissionPolicy } from '#api/admissionregistration/v1/validating-admission-policy.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';

/** Of one rule no more are looked at. */
const MOST = 10;

type Rules = NonNullable<
  NonNullable<NonNullable<ValidatingAdmissionPolicy['spec']>['matchConstraints']>['resourceRules']
>;

/**
 * The kinds whose objects a policy's expressions are about, sorted. Rules for every group or version are about too many
 * to say anything, and subresources have objects of their own.
 */
export function kindsToCheck(
  { spec }: ValidatingAdmissionPolicy,
  resources: readonly AnyResourceDefinition[],
): AnyResourceDefinition[] {
  const found = new Set<AnyResourceDefinition>();
  for (const rule of spec?.matchConstraints?.resourceRules ?? []) {
    const matching = kindsOf(rule, resources);
    for (const definition of matching.slice(0, MOST)) found.add(definition);
    if (matching.length >= MOST) break;
  }
  return [...found].sort(
    (a, b) => compare(a.group, b.group) || compare(a.version, b.version) || compare(a.kind, b.kind),
  );
}

function kindsOf(
  { apiGroups = [], apiVersions = [], resources: names = [] }: Rules[number],
  resources: readonly AnyResourceDefinition[],
): AnyResourceDefinition[] {
  if ([...apiGroups, ...apiVersions].some((text) => text.includes('*'))) return [];
  const plain = names.filter((name) => !/[*/]/.test(name));
  const sorted = (texts: readonly string[]) => [...texts].sort();
  return sorted(apiGroups).flatMap((group) =>
    sorted(apiVersions).flatMap((version) =>
      sorted(plain).flatMap((plural) =>
        resources.filter((one) => one.group === group && one.version === version && one.plural === plural),
      ),
    ),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
