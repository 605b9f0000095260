import type { Strategy } from '#api/resource-definition.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { ResourceQuota } from './resource-quota.ts';
import { validateResourceQuota, validateResourceQuotaUpdate } from './resource-quota-validation.ts';

export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  returnsDeletedObject: true,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  prepareForCreate(quota) {
    quota.status = {};
  },
  warn: ({ spec }, old) => (old ? [] : requestsAboveLimits(spec?.hard ?? {})),
};

/** Requests of which more are allowed than limits can be: they will never be used up. */
function requestsAboveLimits(hard: Readonly<Record<string, string>>): string[] {
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => {
    const isComputed = name === 'cpu' || name === 'memory';
    const requested = isComputed && hard[`requests.${name}`] === undefined ? name : `requests.${name}`;
    const [request, limit] = [hard[requested], hard[`limits.${name}`]];
    if (request === undefined || limit === undefined) return [];
    if (parseQuantity(request).compare(parseQuantity(limit)) <= 0) return [];
    return [`ResourceQuota ${requested} (${request}) should be less than limits.${name} (${limit})`];
  });
}
