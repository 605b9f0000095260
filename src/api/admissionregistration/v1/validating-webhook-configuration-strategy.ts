import type { Strategy } from '#api/resource-definition.ts';
import { applyWebhookDefaults } from './admission-defaults.ts';
import { staticNameWarnings } from './static-name-warnings.ts';
import type { ValidatingWebhookConfiguration } from './validating-webhook-configuration.ts';
import { validateWebhooks } from './webhook-validation.ts';

export const validatingWebhookConfigurationStrategy: Strategy<ValidatingWebhookConfiguration> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults: ({ webhooks }) => webhooks?.forEach(applyWebhookDefaults),
  validate: ({ webhooks }) => validateWebhooks(webhooks),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
  updateChecks: 'changes only',
};
