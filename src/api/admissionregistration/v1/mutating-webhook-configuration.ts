import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, int32, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { MatchCondition, RuleWithOperations } from './match-resources.ts';
import { mutatingWebhookConfigurationColumns } from './mutating-webhook-configuration-columns.ts';
import { mutatingWebhookConfigurationStrategy } from './mutating-webhook-configuration-strategy.ts';
import { WebhookClientConfig } from './webhook-client-config.ts';

export const MutatingWebhook = message('io.k8s.api.admissionregistration.v1.MutatingWebhook', {
  name: req(1, string),
  clientConfig: req(2, WebhookClientConfig),
  rules: opt(3, list(RuleWithOperations)),
  failurePolicy: ptr(4, enumeration('Ignore', 'Fail')),
  matchPolicy: ptr(9, enumeration('Exact', 'Equivalent')),
  namespaceSelector: ptr(5, LabelSelector),
  objectSelector: ptr(11, LabelSelector),
  sideEffects: req(6, enumeration('Unknown', 'None', 'Some', 'NoneOnDryRun'), { pointer: true }),
  timeoutSeconds: ptr(7, int32),
  admissionReviewVersions: req(8, list(string)),
  reinvocationPolicy: ptr(10, enumeration('Never', 'IfNeeded')),
  matchConditions: opt(12, list(MatchCondition), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
});
export interface MutatingWebhook extends Infer<typeof MutatingWebhook> {}

export const MutatingWebhookConfiguration = message(
  'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    webhooks: opt(2, list(MutatingWebhook), {
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
  },
  { description: 'Webhooks that may change objects before they are stored' },
);
export interface MutatingWebhookConfiguration extends Infer<typeof MutatingWebhookConfiguration> {}

export const MutatingWebhookConfigurations: ResourceDefinition<MutatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: MutatingWebhookConfiguration,
  categories: ['api-extensions'],
  columns: mutatingWebhookConfigurationColumns,
  strategy: mutatingWebhookConfigurationStrategy,
};
