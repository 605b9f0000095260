import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { validateFlowControlStatus } from './flow-control-status-validation.ts';
import { priorityLevelConfigurationColumns } from './priority-level-configuration-columns.ts';
import { priorityLevelConfigurationStrategy } from './priority-level-configuration-strategy.ts';

export const ExemptPriorityLevelConfiguration = message('io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: ptr(1, int32),
  lendablePercent: ptr(2, int32),
});
export interface ExemptPriorityLevelConfiguration extends Infer<typeof ExemptPriorityLevelConfiguration> {}

export const QueuingConfiguration = message('io.k8s.api.flowcontrol.v1.QueuingConfiguration', {
  queues: opt(1, int32, { shown: 'zero' }),
  handSize: opt(2, int32, { shown: 'zero' }),
  queueLengthLimit: opt(3, int32, { shown: 'zero' }),
});
export interface QueuingConfiguration extends Infer<typeof QueuingConfiguration> {}

export const LimitResponse = message(
  'io.k8s.api.flowcontrol.v1.LimitResponse',
  {
    type: req(1, enumeration('Queue', 'Reject')),
    queuing: ptr(2, QueuingConfiguration),
  },
  { union: { discriminator: 'type', members: { queuing: 'Queuing' } } },
);
export interface LimitResponse extends Infer<typeof LimitResponse> {}

export const LimitedPriorityLevelConfiguration = message(
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
  {
    nominalConcurrencyShares: ptr(1, int32),
    limitResponse: opt(2, LimitResponse),
    lendablePercent: ptr(3, int32),
    borrowingLimitPercent: ptr(4, int32),
  },
);
export interface LimitedPriorityLevelConfiguration extends Infer<typeof LimitedPriorityLevelConfiguration> {}

export const PriorityLevelConfigurationSpec = message(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
  {
    type: req(1, enumeration('Exempt', 'Limited')),
    limited: ptr(2, LimitedPriorityLevelConfiguration),
    exempt: ptr(3, ExemptPriorityLevelConfiguration),
  },
  { union: { discriminator: 'type', members: { exempt: 'Exempt', limited: 'Limited' } } },
);
export interface PriorityLevelConfigurationSpec extends Infer<typeof PriorityLevelConfigurationSpec> {}

export const PriorityLevelConfigurationCondition = message(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
  {
    type: opt(1, string),
    status: opt(2, enumeration('True', 'False', 'Unknown')),
    lastTransitionTime: opt(3, time),
    reason: opt(4, string),
    message: opt(5, string),
  },
);
export interface PriorityLevelConfigurationCondition extends Infer<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationStatus = message('io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus', {
  conditions: opt(1, list(PriorityLevelConfigurationCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface PriorityLevelConfigurationStatus extends Infer<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfiguration = message(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, PriorityLevelConfigurationSpec, { description: 'What is wanted' }),
    status: opt(3, PriorityLevelConfigurationStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'How many requests of a kind run at a time' },
);
export interface PriorityLevelConfiguration extends Infer<typeof PriorityLevelConfiguration> {}

export const PriorityLevelConfigurations: ResourceDefinition<PriorityLevelConfiguration> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: PriorityLevelConfiguration,
  subresources: {
    status: {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1',
      kind: 'PriorityLevelConfiguration',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateFlowControlStatus,
    },
  },
  columns: priorityLevelConfigurationColumns,
  strategy: priorityLevelConfigurationStrategy,
};
