import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { MutatingWebhookConfiguration } from './mutating-webhook-configuration.ts';

export const mutatingWebhookConfigurationColumns: readonly Column<MutatingWebhookConfiguration>[] = [
  nameColumn,
  column('Webhooks', 'Number of webhooks', ({ webhooks }) => webhooks?.length ?? 0, { type: 'integer' }),
  ageColumn,
];
