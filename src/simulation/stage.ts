import type { Pod } from '#api/core/v1/pod.ts';

/**
 * One step in a simulated pod's life, as data: pods that `when` matches change to `phase` after a delay. Stages are
 * tried in order; the first that matches applies.
 */
export interface PodStage {
  readonly name: string;
  readonly when: {
    /** The phase the pod is in; `Terminating` for one that is being deleted. */
    readonly phase: 'Pending' | 'Running' | 'Terminating';
    /** Labels the pod must have. */
    readonly labels?: Readonly<Record<string, string>>;
    /** Restart policies the pod may have; all when absent. */
    readonly restartPolicies?: readonly string[];
  };
  readonly delayMs: number;
  /** Added to the delay, evenly distributed. */
  readonly jitterMs?: number;
  readonly next: 'Running' | 'Succeeded' | 'Failed' | 'Deleted';
}

/** Pods run at once and go when they are asked to; those of jobs succeed after a second. */
export const defaultStages: readonly PodStage[] = [
  { name: 'delete', when: { phase: 'Terminating' }, delayMs: 0, next: 'Deleted' },
  { name: 'run', when: { phase: 'Pending' }, delayMs: 0, next: 'Running' },
  {
    name: 'complete',
    when: { phase: 'Running', restartPolicies: ['Never', 'OnFailure'] },
    delayMs: 1000,
    next: 'Succeeded',
  },
];

/** The stage that a pod is to go through next. */
export function stageFor(pod: Pod, stages: readonly PodStage[]): PodStage | undefined {
  const phase = pod.metadata?.deletionTimestamp ? 'Terminating' : (pod.status?.phase ?? 'Pending');
  return stages.find(({ when }) => {
    if (when.phase !== phase) return false;
    if (when.restartPolicies && !when.restartPolicies.includes(pod.spec?.restartPolicy ?? 'Always')) return false;
    return Object.entries(when.labels ?? {}).every(([key, value]) => pod.metadata?.labels?.[key] === value);
  });
}
