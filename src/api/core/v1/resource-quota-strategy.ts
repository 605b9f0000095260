import type { Strategy } from '#api/resource-definition.ts';
import type { ResourceQuota } from './resource-quota.ts';

export const resourceQuotaStrategy: Strategy<ResourceQuota> = {
  prepareForCreate(quota) {
    quota.status = {};
  },
};
