import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  int32,
  int64,
  list,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { horizontalPodAutoscalerColumns } from './horizontal-pod-autoscaler-columns.ts';
import { horizontalPodAutoscalerStrategy } from './horizontal-pod-autoscaler-strategy.ts';
import { validateHorizontalPodAutoscalerStatus } from './horizontal-pod-autoscaler-validation.ts';
import { CrossVersionObjectReference, MetricSpec } from './metric-spec.ts';
import { MetricStatus } from './metric-status.ts';

export const HPAScalingPolicy = message('io.k8s.api.autoscaling.v2.HPAScalingPolicy', {
  type: req(1, enumeration('Pods', 'Percent')),
  value: req(2, int32),
  periodSeconds: req(3, int32),
});
export interface HPAScalingPolicy extends Infer<typeof HPAScalingPolicy> {}

export const HPAScalingRules = message('io.k8s.api.autoscaling.v2.HPAScalingRules', {
  stabilizationWindowSeconds: ptr(3, int32),
  selectPolicy: ptr(1, enumeration('Max', 'Min', 'Disabled')),
  policies: opt(2, list(HPAScalingPolicy)),
  tolerance: ptr(4, quantity),
});
export interface HPAScalingRules extends Infer<typeof HPAScalingRules> {}

export const HorizontalPodAutoscalerBehavior = message('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior', {
  scaleUp: ptr(1, HPAScalingRules),
  scaleDown: ptr(2, HPAScalingRules),
});
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof HorizontalPodAutoscalerBehavior> {}

export const HorizontalPodAutoscalerSpec = message('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: req(1, CrossVersionObjectReference),
  minReplicas: ptr(2, int32),
  maxReplicas: req(3, int32),
  metrics: opt(4, list(MetricSpec)),
  behavior: ptr(5, HorizontalPodAutoscalerBehavior),
});
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerCondition = message('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition', {
  type: req(1, enumeration('ScalingActive', 'AbleToScale', 'ScalingLimited', 'ScaledToZero')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}

export const HorizontalPodAutoscalerStatus = message('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', {
  observedGeneration: ptr(1, int64),
  lastScaleTime: ptr(2, time),
  currentReplicas: opt(3, int32),
  desiredReplicas: req(4, int32),
  currentMetrics: opt(5, list(MetricStatus), { nullWhenEmpty: true }),
  conditions: opt(6, list(HorizontalPodAutoscalerCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = message(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, HorizontalPodAutoscalerSpec, { description: 'What is wanted', shown: 'required' }),
    status: opt(3, HorizontalPodAutoscalerStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Changes the number of pods by what is measured' },
);
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalers: ResourceDefinition<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: HorizontalPodAutoscaler,
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: {
    status: {
      group: 'autoscaling',
      version: 'v2',
      kind: 'HorizontalPodAutoscaler',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateHorizontalPodAutoscalerStatus,
    },
  },
  columns: horizontalPodAutoscalerColumns,
  strategy: horizontalPodAutoscalerStrategy,
};
