import type { ResourceQuota, ResourceQuotaStatus } from '#api/core/v1/resource-quota.ts';
import { type Amounts, type AmountTexts, mask, readAmounts, writeAmounts } from '#api/quota/amounts.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

/** What a quota's status has to be when this much is used; undefined when it is so already. */
export function nextQuotaStatus({ spec, status }: ResourceQuota, counted: Amounts): ResourceQuotaStatus | undefined {
  const hard = spec?.hard ?? {};
  // What nobody can count now stays as it was counted last.
  const used = writeAmounts(mask(new Map([...readAmounts(status?.used), ...counted]), Object.keys(hard)));
  const isCurrent =
    status?.hard !== undefined && status.used !== undefined && same(status.hard, hard) && same(status.used, used);
  return isCurrent ? undefined : { hard: { ...hard }, used };
}

const same = (a: AmountTexts, b: AmountTexts): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(
    ([name, text]) => b[name] !== undefined && parseQuantity(text).equals(parseQuantity(b[name])),
  );
