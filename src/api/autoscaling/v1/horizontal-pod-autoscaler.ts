import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { checkCounts } from '#api/replica-counts.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int32, int64, message, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import { horizontalPodAutoscalerColumns } from './horizontal-pod-autoscaler-columns.ts';
import { horizontalPodAutoscalerStorage } from './horizontal-pod-autoscaler-conversion.ts';
import { horizontalPodAutoscalerStrategy } from './horizontal-pod-autoscaler-strategy.ts';

export const CrossVersionObjectReference = message(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  {
    kind: req(1, string),
    name: req(2, string),
    apiVersion: opt(3, string),
  },
  { atomic: true },
);
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const HorizontalPodAutoscalerSpec = message('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: req(1, CrossVersionObjectReference),
  minReplicas: ptr(2, int32),
  maxReplicas: req(3, int32),
  targetCPUUtilizationPercentage: ptr(4, int32),
});
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerStatus = message('io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus', {
  observedGeneration: ptr(1, int64),
  lastScaleTime: ptr(2, time),
  currentReplicas: req(3, int32),
  desiredReplicas: req(4, int32),
  currentCPUUtilizationPercentage: ptr(5, int32),
});
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = message(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, HorizontalPodAutoscalerSpec, { description: 'What is wanted', shown: 'required' }),
    status: opt(3, HorizontalPodAutoscalerStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Changes the number of pods by their use of CPU' },
);
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalersV1: ResourceDefinition<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: HorizontalPodAutoscaler,
  shortNames: ['hpa'],
  categories: ['all'],
  storage: horizontalPodAutoscalerStorage,
  subresources: {
    status: {
      group: 'autoscaling',
      version: 'v1',
      kind: 'HorizontalPodAutoscaler',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: ({ status }) => checkCounts(status ?? {}, ['currentReplicas', 'desiredReplicas']),
    },
  },
  columns: horizontalPodAutoscalerColumns,
  strategy: horizontalPodAutoscalerStrategy,
};
