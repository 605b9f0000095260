import { NAME_AND_CREATED_AT } from '#api/columns/columns.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, list, map, message, opt, quantity, req, string } from '#machinery/schema/schema.ts';
import { limitRangeStrategy } from './limit-range-strategy.ts';

export const LimitRangeItem = message('io.k8s.api.core.v1.LimitRangeItem', {
  type: req(1, enumeration('Pod', 'Container', 'PersistentVolumeClaim')),
  max: opt(2, map(quantity)),
  min: opt(3, map(quantity)),
  default: opt(4, map(quantity)),
  defaultRequest: opt(5, map(quantity)),
  maxLimitRequestRatio: opt(6, map(quantity)),
});
export interface LimitRangeItem extends Infer<typeof LimitRangeItem> {}

export const LimitRangeSpec = message('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: req(1, list(LimitRangeItem), { nullWhenEmpty: true }),
});
export interface LimitRangeSpec extends Infer<typeof LimitRangeSpec> {}

export const LimitRange = message(
  'io.k8s.api.core.v1.LimitRange',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, LimitRangeSpec, { description: 'What is wanted' }),
  },
  { description: 'Bounds and defaults for what is asked for in a namespace' },
);
export interface LimitRange extends Infer<typeof LimitRange> {}

export const LimitRanges: ResourceDefinition<LimitRange> = {
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  singular: 'limitrange',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: LimitRange,
  shortNames: ['limits'],
  columns: NAME_AND_CREATED_AT,
  strategy: limitRangeStrategy,
};
