import type { Strategy } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from './horizontal-pod-autoscaler.ts';
import { validateHorizontalPodAutoscaler } from './horizontal-pod-autoscaler-validation.ts';
import type { MetricSpec } from './metric-spec.ts';

/** What is aimed at when nothing is said: CPU at 80 % of what pods request. */
export const defaultMetric = (): Mutable<MetricSpec> => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
});

/** Four pods or a doubling every 15 s, whichever is more. */
const scaleUpPolicies = (): Mutable<HPAScalingPolicy>[] => [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const scaleDownPolicies = (): Mutable<HPAScalingPolicy>[] => [{ type: 'Percent', value: 100, periodSeconds: 15 }];

export const horizontalPodAutoscalerStrategy: Strategy<HorizontalPodAutoscaler> = {
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.minReplicas ??= 1;
    if (!spec.metrics?.length) spec.metrics = [defaultMetric()];
    const { behavior } = spec;
    if (!behavior) return;
    behavior.scaleUp = withPolicies({ stabilizationWindowSeconds: 0, ...behavior.scaleUp }, scaleUpPolicies);
    behavior.scaleDown = withPolicies(behavior.scaleDown ?? {}, scaleDownPolicies);
  },
  prepareForCreate(autoscaler) {
    autoscaler.status = { desiredReplicas: 0 };
  },
  validate: (autoscaler) => validateHorizontalPodAutoscaler(autoscaler),
  validateUpdate: validateHorizontalPodAutoscaler,
  updateChecks: 'changes only',
};

function withPolicies(
  rules: Mutable<HPAScalingRules>,
  policies: () => Mutable<HPAScalingPolicy>[],
): Mutable<HPAScalingRules> {
  rules.selectPolicy ??= 'Max';
  rules.policies ??= policies();
  return rules;
}
