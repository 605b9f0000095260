import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, enumeration, type Infer, int32, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { priorityClassColumns } from './priority-class-columns.ts';
import { priorityClassStrategy } from './priority-class-strategy.ts';

export const PriorityClass = message(
  'io.k8s.api.scheduling.v1.PriorityClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    value: opt(2, int32, { description: 'The higher, the more important', shown: 'zero' }),
    globalDefault: opt(3, bool, { description: 'Whether pods without a class get it' }),
    description: opt(4, string),
    preemptionPolicy: ptr(5, enumeration('PreemptLowerPriority', 'Never'), {
      description: 'Whether its pods may push others out',
    }),
  },
  { description: 'How important pods are' },
);
export interface PriorityClass extends Infer<typeof PriorityClass> {}

export const PriorityClasses: ResourceDefinition<PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: PriorityClass,
  shortNames: ['pc'],
  columns: priorityClassColumns,
  strategy: priorityClassStrategy,
};
