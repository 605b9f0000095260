import type { ResourceQuotaSpec } from '#api/core/v1/resource-quota.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import { type Amounts, ZERO } from './amounts.ts';
import { claimEvaluator } from './claim-usage.ts';
import { deviceEvaluator } from './device-usage.ts';
import { countName, type Evaluator } from './evaluator.ts';
import { COUNTED_BY_BARE_NAME, objectCount } from './object-count.ts';
import { podEvaluator } from './pod-usage.ts';
import { scopesOf } from './scopes.ts';
import { serviceEvaluator } from './service-usage.ts';

const EVALUATORS: readonly Evaluator[] = [claimEvaluator, deviceEvaluator, podEvaluator, serviceEvaluator];

const COUNT = countName('');

/** What quotas know of a resource (`pods`, `deployments.apps`): at least its number. */
export const evaluatorFor = (resource: string): Evaluator =>
  EVALUATORS.find((evaluator) => evaluator.resource === resource) ?? objectCount(resource);

/** The evaluators that a quota with these resources needs. */
export function evaluatorsFor(names: readonly string[]): readonly Evaluator[] {
  const plain = names.flatMap((name) => {
    if (name.startsWith(COUNT)) return [name.slice(COUNT.length)];
    return COUNTED_BY_BARE_NAME.has(name) ? [name] : [];
  });
  const others = new Set(plain.filter((resource) => !EVALUATORS.some((known) => known.resource === resource)));
  return [...EVALUATORS.filter(({ measures }) => names.some(measures)), ...[...others].map(objectCount)];
}

/** Whether a quota counts an object: by some resource of `names`, and by all its scopes. */
export const isCounted = (
  evaluator: Evaluator,
  { spec, names }: { readonly spec: ResourceQuotaSpec | undefined; readonly names: readonly string[] },
  object: KubernetesObject,
): boolean => names.some(evaluator.measures) && scopesOf(spec).every((scope) => evaluator.inScope(scope, object));

/**
 * What a namespace uses of a quota's hard limits; `list` gives its objects by resource, undefined for resources that are
 * not served. Names that nobody measures are absent.
 */
export function countUsage(
  spec: ResourceQuotaSpec | undefined,
  list: (resource: string) => readonly KubernetesObject[] | undefined,
  now: number,
): Amounts {
  const names = Object.keys(spec?.hard ?? {});
  const total = new Map<string, Quantity>();
  for (const evaluator of evaluatorsFor(names)) {
    const objects = list(evaluator.resource);
    if (objects === undefined) continue;
    const measured = names.filter(evaluator.measures);
    for (const name of measured) if (!total.has(name)) total.set(name, ZERO);
    for (const object of objects) {
      if (!isCounted(evaluator, { spec, names }, object)) continue;
      const usage = knownUsage(evaluator, object, now);
      for (const name of measured) {
        const amount = usage.get(name);
        if (amount) total.set(name, (total.get(name) ?? ZERO).add(amount));
      }
    }
  }
  return total;
}

const known = new WeakMap<KubernetesObject, Amounts>();

/** Objects that are there do not change: what one uses is found once, unless it is about to go. */
function knownUsage(evaluator: Evaluator, object: KubernetesObject, now: number): Amounts {
  if (object.metadata?.deletionTimestamp !== undefined) return evaluator.usage(object, now);
  let usage = known.get(object);
  if (usage === undefined) known.set(object, (usage = evaluator.usage(object, now)));
  return usage;
}
