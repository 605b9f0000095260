import type { HorizontalPodAutoscalerCondition } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { formatTime } from '#machinery/objects/time.ts';

export type Condition = Omit<HorizontalPodAutoscalerCondition, 'lastTransitionTime'>;

/** The list with a condition set; its time changes with its status only. */
export function setCondition(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  condition: Condition,
  now: number,
): HorizontalPodAutoscalerCondition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : formatTime(now);
  const set = { ...condition, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
  return old === undefined ? [...conditions, set] : conditions.map((one) => (one === old ? set : one));
}
