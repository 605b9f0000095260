import type { ResourceQuota } from '#api/core/v1/resource-quota.ts';
import {
  type Amounts,
  addAmounts,
  mask,
  namesBeyond,
  printAmounts,
  readAmounts,
  subtractAmounts,
  withoutZeros,
} from '#api/quota/amounts.ts';
import type { Evaluator } from '#api/quota/evaluator.ts';
import { evaluatorFor, isCounted } from '#api/quota/evaluators.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { checkCovered, type LimitedResource } from './limited-resources.ts';
import { QuotaRefusal } from './quota-refusal.ts';

/** A write, as far as quotas are concerned. */
export interface QuotaRequest {
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly operation: 'CREATE' | 'UPDATE';
  readonly subresource: string;
  readonly object: KubernetesObject;
  readonly oldObject: KubernetesObject | undefined;
}

/** What a write takes from the quotas of its namespace. */
export interface Demand {
  /** What this quota has to be charged with, as far as it names it; nothing for quotas that have nothing to do with it. */
  readonly of: (quota: ResourceQuota) => Amounts;
  /** Whether it is charged for even where there is no room: what a status says has happened. */
  readonly isUnlimited?: boolean;
}

/**
 * What a write takes more than there was before; undefined when no quota of the namespace has to do with it. Throws a
 * `QuotaRefusal` for objects that do not say what a quota has to know, for quotas that were never counted, and for what
 * `limited` resources no quota covers.
 */
export function demandOf(
  request: QuotaRequest,
  quotas: readonly ResourceQuota[],
  { now, limited = [] }: { readonly now: number; readonly limited?: readonly LimitedResource[] },
): Demand | undefined {
  const evaluator = evaluatorFor(request.resource);
  if (!evaluator.handles(request)) return undefined;
  const { object, oldObject } = request;
  const counts = ({ spec, status }: ResourceQuota, what: KubernetesObject) =>
    isCounted(evaluator, { spec, names: Object.keys(status?.hard ?? {}) }, what);
  const concerned = quotas.filter((quota) => counts(quota, object));
  const covered = new Set(concerned.flatMap((quota) => restrictedNames(evaluator, quota, object)));
  if (concerned.length === 0 && limited.length === 0) return undefined;
  const usage = evaluator.usage(object, now);
  const negative = [...usage].filter(([, amount]) => amount.sign < 0).map(([name]) => name);
  if (negative.length > 0) {
    throw new QuotaRefusal(`quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  }
  const before = request.operation === 'UPDATE' && oldObject ? evaluator.usage(oldObject, now) : undefined;
  const added = withoutZeros(before ? subtractAmounts(usage, before) : usage);
  // What a quota did not count before is new to it.
  const of = (quota: ResourceQuota): Amounts => {
    if (!counts(quota, object)) return NOTHING;
    return before && oldObject && !counts(quota, oldObject) ? withoutZeros(usage) : added;
  };
  const isNothing = concerned.length === 0 ? added.size === 0 : concerned.every((quota) => of(quota).size === 0);
  if (isNothing) return undefined;
  checkCovered({ evaluator, object, usage }, { limited, covered, quotas });
  return concerned.length === 0 ? undefined : { of, isUnlimited: request.subresource === 'status' };
}

const NOTHING: Amounts = new Map();

/** The resources that a quota restricts an object by. Throws a `QuotaRefusal` when that cannot be told. */
function restrictedNames(
  evaluator: Evaluator,
  { metadata, status }: ResourceQuota,
  object: KubernetesObject,
): string[] {
  const names = Object.keys(status?.hard ?? {}).filter(evaluator.measures);
  const missing = evaluator.missing?.(names, object);
  if (missing) throw new QuotaRefusal(`failed quota: ${metadata?.name}: ${missing}`);
  if (names.some((name) => status?.used?.[name] === undefined)) {
    throw new QuotaRefusal(`status unknown for quota: ${metadata?.name}, resources: ${names.sort().join(',')}`);
  }
  return names;
}

/** What of a demand a quota has to be charged with, when this much is used already. Throws a `QuotaRefusal`. */
export function chargeFor(quota: ResourceQuota, used: Amounts, demand: Demand): Amounts {
  const { metadata, status } = quota;
  const hard = readAmounts(status?.hard);
  const requested = mask(demand.of(quota), hard.keys());
  const beyond = namesBeyond(mask(addAmounts(used, requested), requested.keys()), hard);
  if (beyond.length === 0 || demand.isUnlimited) return requested;
  const show = (what: Amounts) => printAmounts(mask(what, beyond));
  throw new QuotaRefusal(
    `exceeded quota: ${metadata?.name}, requested: ${show(requested)}, used: ${show(used)}, limited: ${show(hard)}`,
  );
}
