import type { Pod } from '#api/core/v1/pod.ts';

/** Where a pod is in its simulated life. `Running` is running and not ready, `Terminating` being deleted. */
export type PodPhase = 'Pending' | 'Running' | 'Ready' | 'Succeeded' | 'Failed' | 'Terminating';

/** What becomes of a pod. `Restarted` runs its containers anew and leaves it not ready; `Deleted` takes it away. */
export type PodOutcome = 'Running' | 'Ready' | 'Succeeded' | 'Failed' | 'Restarted' | 'Deleted';

/** Some pods. What is absent does not matter. */
export interface PodSelector {
  /** Labels the pod must have. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespaces?: readonly string[];
  readonly restartPolicies?: readonly string[];
  /** Kinds of which the pod's controller must be one. */
  readonly ownerKinds?: readonly string[];
}

/** Pods that a stage is for. */
export interface PodCondition extends PodSelector {
  readonly phase: PodPhase;
  /** Labels its node must have. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
}

/**
 * One step in a simulated pod's life, as data: pods that `when` matches go on to `next` after a delay. Stages are
 * tried in order; the first that matches, and whose dice fall so, applies.
 */
export interface PodStage {
  readonly name: string;
  readonly when: PodCondition;
  readonly delayMs: number;
  /** Added to the delay, evenly distributed. */
  readonly jitterMs?: number;
  /** How many of the pods that match take this stage, from 0 to 1; the others are left to later stages. All when absent. */
  readonly probability?: number;
  readonly next: PodOutcome;
  /** Of the containers' end, for Succeeded, Failed and Restarted; 0 for Succeeded and 1 otherwise when absent. */
  readonly exitCode?: number;
  /** Why containers ended, such as `OOMKilled`; `Completed` or `Error` when absent. */
  readonly reason?: string;
  readonly message?: string;
  /** Why the pod itself failed, in a word; only for Failed. */
  readonly podReason?: string;
  /** What its containers write when the stage begins; the stage's name when absent. */
  readonly log?: string;
}

/** Pods are ready at once and go when they are asked to; those of jobs, and those that may not run again, succeed after a second. */
export const defaultStages: readonly PodStage[] = [
  { name: 'delete', when: { phase: 'Terminating' }, delayMs: 0, next: 'Deleted' },
  { name: 'run', when: { phase: 'Pending' }, delayMs: 0, next: 'Ready' },
  { name: 'ready', when: { phase: 'Running' }, delayMs: 1000, next: 'Ready' },
  {
    name: 'complete',
    when: { phase: 'Ready', restartPolicies: ['Never', 'OnFailure'] },
    delayMs: 1000,
    next: 'Succeeded',
  },
];

/** A stage that a pod is to go through, and when. */
export interface PlannedStage {
  readonly stage: PodStage;
  readonly delayMs: number;
}

/** Throws the dice for a question about a pod: evenly distributed in [0, 1), always the same for the same question. */
export type Dice = (question: string) => number;

/** The stage that a pod is to go through next; undefined when it stays as it is. */
export function nextStage(
  pod: Pod,
  stages: readonly PodStage[],
  { dice, nodeLabels = {} }: { readonly dice: Dice; readonly nodeLabels?: Readonly<Record<string, string>> },
): PlannedStage | undefined {
  const phase = phaseOf(pod);
  // Another run of its containers, or another phase, is another throw.
  const life = `${pod.metadata?.uid}/${restartsOf(pod)}/${phase}`;
  const stage = stages.find(
    ({ name, when, probability = 1 }) =>
      matches(pod, when, { phase, nodeLabels }) && (probability >= 1 || dice(`${life}/${name}`) < probability),
  );
  if (stage === undefined) return undefined;
  const jitter = stage.jitterMs ? stage.jitterMs * dice(`${life}/${stage.name}/delay`) : 0;
  return { stage, delayMs: stage.delayMs + jitter };
}

export function phaseOf({ metadata, status }: Pod): PodPhase {
  if (metadata?.deletionTimestamp) return 'Terminating';
  const phase = status?.phase ?? 'Pending';
  if (phase === 'Running') return isReady(status) ? 'Ready' : 'Running';
  return phase === 'Succeeded' || phase === 'Failed' ? phase : 'Pending';
}

const isReady = (status: Pod['status']): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

const restartsOf = ({ status }: Pod): number => status?.containerStatuses?.[0]?.restartCount ?? 0;

const matches = (
  pod: Pod,
  when: PodCondition,
  { phase, nodeLabels }: { readonly phase: PodPhase; readonly nodeLabels: Readonly<Record<string, string>> },
): boolean => when.phase === phase && hasAll(nodeLabels, when.nodeLabels) && matchesPod(pod, when);

/** Whether a pod is one of those that a selector is about. */
export function matchesPod({ metadata, spec }: Pod, selector: PodSelector): boolean {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller)?.kind ?? '';
  return (
    isOneOf(selector.restartPolicies, spec?.restartPolicy ?? 'Always') &&
    isOneOf(selector.namespaces, metadata?.namespace ?? '') &&
    isOneOf(selector.ownerKinds, owner) &&
    hasAll(metadata?.labels, selector.labels)
  );
}

const isOneOf = (allowed: readonly string[] | undefined, value: string): boolean =>
  allowed === undefined || allowed.includes(value);

const hasAll = (
  labels: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>> = {},
): boolean => Object.entries(wanted).every(([key, value]) => labels[key] === value);
