import type { Job } from '#api/batch/v1/job.ts';
import type { PodFailurePolicyRule } from '#api/batch/v1/job-spec.ts';
import type { Pod } from '#api/core/v1/pod.ts';

export interface Verdict {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  readonly message: string;
}

/** What a Job's policy says of a failed pod: the first rule that fits decides; without one the failure counts. */
export function judgeFailure({ spec }: Job, pod: Pod): Verdict {
  for (const [at, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    const why = byExitCode(rule, pod) ?? byCondition(rule, pod);
    if (why === undefined) continue;
    const message = `${why} matching ${rule.action} rule at index ${at}`;
    return { action: rule.action as Verdict['action'], message };
  }
  return { action: 'Count', message: '' };
}

const nameOf = ({ metadata }: Pod) => `${metadata?.namespace}/${metadata?.name}`;

function byExitCode({ onExitCodes }: PodFailurePolicyRule, pod: Pod): string | undefined {
  if (onExitCodes === undefined) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  for (const { name, state } of statuses) {
    const code = state?.terminated?.exitCode;
    if (!code || (containerName && containerName !== name)) continue;
    if (values.includes(code) === (operator === 'In')) {
      return `Container ${name} for pod ${nameOf(pod)} failed with exit code ${code}`;
    }
  }
  return undefined;
}

function byCondition({ onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  for (const { type, status = 'True' } of onPodConditions ?? []) {
    const found = pod.status?.conditions?.some((condition) => condition.type === type && condition.status === status);
    if (found) return `Pod ${nameOf(pod)} has condition ${type}`;
  }
  return undefined;
}
