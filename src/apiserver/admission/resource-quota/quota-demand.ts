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
import { evaluatorFor, isCounted } from '#api/quota/evaluators.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';

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
  readonly amounts: Amounts;
  /** Whether this quota has to have room for it. */
  readonly concerns: (quota: ResourceQuota) => boolean;
}

/** What is wrong with a write under some quota, in upstream's words. */
export class QuotaRefusal extends Error {
  override readonly name = 'QuotaRefusal';
}

/**
 * What a write takes more than there was before; undefined when no quota of the namespace has to do with it. Throws a
 * `QuotaRefusal` for objects that do not say what a quota has to know, and for quotas that were never counted.
 */
export function demandOf(request: QuotaRequest, quotas: readonly ResourceQuota[], now: number): Demand | undefined {
  const evaluator = evaluatorFor(request.resource);
  if (!evaluator.handles(request)) return undefined;
  const { object, oldObject } = request;
  const concerns = ({ spec, status }: ResourceQuota) =>
    isCounted(evaluator, { spec, names: Object.keys(status?.hard ?? {}) }, object);
  const concerned = quotas.filter(concerns);
  for (const { metadata, status } of concerned) {
    const names = Object.keys(status?.hard ?? {}).filter(evaluator.measures);
    const missing = evaluator.missing?.(names, object);
    if (missing) throw new QuotaRefusal(`failed quota: ${metadata?.name}: ${missing}`);
    const uncounted = names.filter((name) => status?.used?.[name] === undefined).sort();
    if (uncounted.length > 0) {
      throw new QuotaRefusal(`status unknown for quota: ${metadata?.name}, resources: ${uncounted.join(',')}`);
    }
  }
  if (concerned.length === 0) return undefined;
  const usage = evaluator.usage(object, now);
  const negative = [...usage].filter(([, amount]) => amount.sign < 0).map(([name]) => name);
  if (negative.length > 0) {
    throw new QuotaRefusal(`quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  }
  const before = request.operation === 'UPDATE' && oldObject ? evaluator.usage(oldObject, now) : new Map();
  const amounts = withoutZeros(subtractAmounts(usage, before));
  return amounts.size === 0 ? undefined : { amounts, concerns };
}

/** What of a demand a quota has to be charged with, when this much is used already. Throws a `QuotaRefusal`. */
export function chargeFor({ metadata, status }: ResourceQuota, used: Amounts, { amounts }: Demand): Amounts {
  const hard = readAmounts(status?.hard);
  const requested = mask(amounts, hard.keys());
  const beyond = namesBeyond(mask(addAmounts(used, requested), requested.keys()), hard);
  if (beyond.length === 0) return requested;
  const show = (what: Amounts) => printAmounts(mask(what, beyond));
  throw new QuotaRefusal(
    `exceeded quota: ${metadata?.name}, requested: ${show(requested)}, used: ${show(used)}, limited: ${show(hard)}`,
  );
}
