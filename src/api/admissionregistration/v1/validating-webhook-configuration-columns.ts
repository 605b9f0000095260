import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ValidatingWebhookConfiguration } from './validating-webhook-configuration.ts';

export const validatingWebhookConfigurationColumns: readonly Column<ValidatingWebhookConfiguration>[] = [
  nameColumn,
  column('Webhooks', 'Number of webhooks', ({ webhooks }) => webhooks?.length ?? 0, { type: 'integer' }),
  ageColumn,
];
