import type { Strategy } from '#api/resource-definition.ts';
import type { ResourceQuota } from './resource-quota.ts';
import { validateResourceQuota, validateResourceQuotaUpdate } from './resource-quota-validation.ts';

export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  returnsDeletedObject: true,
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  prepareForCreate(quota) {
    quota.status = {};
  },
};
