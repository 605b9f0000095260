import type { Strategy } from '#api/resource-definition.ts';
import { applyWebhookDefaults } from './admission-defaults.ts';
import type { ValidatingWebhookConfiguration } from './validating-webhook-configuration.ts';

export const validatingWebhookConfigurationStrategy: Strategy<ValidatingWebhookConfiguration> = {
  hasGeneration: true,
  requireResourceVersionOnUpdate: true,
  applyDefaults: ({ webhooks }) => webhooks?.forEach(applyWebhookDefaults),
};
