import type { DeploymentCondition } from '#api/apps/v1/deployment.ts';
import { formatTime } from '#machinery/objects/time.ts';

export type Conditions = readonly DeploymentCondition[];

export const conditionOf = (conditions: Conditions | undefined, type: string) =>
  conditions?.find((condition) => condition.type === type);

export const withoutCondition = (conditions: Conditions, type: string): Conditions =>
  conditions.filter((condition) => condition.type !== type);

/** What a condition says, without its times. */
export interface ConditionText {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export const progressing = (status: ConditionText['status'], reason: string, message: string): ConditionText => ({
  type: 'Progressing',
  status,
  reason,
  message,
});

/** Sets a condition; one of the same status and reason stays as it is, and its message with it. */
export function withCondition(conditions: Conditions, text: ConditionText, now: number): Conditions {
  const old = conditionOf(conditions, text.type);
  if (old?.status === text.status && old.reason === text.reason) return conditions;
  return replaceCondition(conditions, text, now);
}

/** Sets a condition anew: it counts as updated even where it says the same. */
export function replaceCondition(conditions: Conditions, text: ConditionText, now: number): Conditions {
  const time = formatTime(now);
  const old = conditionOf(conditions, text.type);
  const lastTransitionTime = old?.status === text.status ? old.lastTransitionTime : time;
  return [...withoutCondition(conditions, text.type), { ...text, lastUpdateTime: time, lastTransitionTime }];
}
