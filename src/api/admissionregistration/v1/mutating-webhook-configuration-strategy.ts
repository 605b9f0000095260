import type { Strategy } from '#api/resource-definition.ts';
import { applyWebhookDefaults } from './admission-defaults.ts';
import type { MutatingWebhookConfiguration } from './mutating-webhook-configuration.ts';
import { staticNameWarnings } from './static-name-warnings.ts';
import { validateWebhooks } from './webhook-validation.ts';

export const mutatingWebhookConfigurationStrategy: Strategy<MutatingWebhookConfiguration> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ webhooks }) {
    for (const webhook of webhooks ?? []) {
      applyWebhookDefaults(webhook);
      webhook.reinvocationPolicy ??= 'Never';
    }
  },
  validate: ({ webhooks }) => validateWebhooks(webhooks),
  validateUpdate: ({ webhooks }, old) => validateWebhooks(webhooks, old.webhooks ?? []),
  updateChecks: 'changes only',
};
