import type { Strategy } from '#api/resource-definition.ts';
import { validateResourceClaimTemplate, validateResourceClaimTemplateUpdate } from './claim-validation.ts';
import { applyClaimSpecDefaults } from './resource-claim-strategy.ts';
import type { ResourceClaimTemplate } from './resource-claim-template.ts';

export const resourceClaimTemplateStrategy: Strategy<ResourceClaimTemplate> = {
  returnsDeletedObject: true,
  applyDefaults: ({ spec }) => applyClaimSpecDefaults(spec.spec),
  validate: validateResourceClaimTemplate,
  validateUpdate: validateResourceClaimTemplateUpdate,
  updateChecks: 'changes only',
};
