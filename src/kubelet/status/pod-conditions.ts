import type { Pod } from '#api/core/v1/pod.ts';
import type { ContainerStatus, PodCondition } from '#api/core/v1/pod-status.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isRestartableInit, specOf } from '../pod-parts.ts';
import type { PodPhase } from './pod-phase.ts';

type Draft = Omit<PodCondition, 'lastTransitionTime' | 'lastProbeTime'>;

export interface ConditionInput {
  readonly phase: PodPhase;
  readonly init: readonly ContainerStatus[];
  readonly app: readonly ContainerStatus[];
  /** A sandbox is up and has its network. */
  readonly hasSandbox: boolean;
  /** As the API server has them: those of other owners stay, transition times carry over. */
  readonly known: readonly PodCondition[];
  /** Why a change of the pod's resources waits. */
  readonly resizePending?: PodCondition | undefined;
  /** RFC 3339. */
  readonly now: string;
}

/** The pod's conditions: everybody else's, then the kubelet's own. */
export function podConditions(pod: Pod, input: ConditionInput): PodCondition[] {
  const containersReady = containersReadyCondition(pod, input);
  const own: Draft[] = [
    condition('PodReadyToStartContainers', input.hasSandbox),
    initializedCondition(pod, input),
    readyCondition(pod, input, containersReady),
    containersReady,
    condition('PodScheduled', true),
  ];
  const observed = pod.metadata?.generation ? { observedGeneration: pod.metadata.generation } : {};
  const mine = own.map((draft): PodCondition => {
    const before = input.known.find(({ type }) => type === draft.type);
    const since = before?.status === draft.status ? before.lastTransitionTime : undefined;
    const next = { ...draft, ...observed, lastProbeTime: undefined, lastTransitionTime: since ?? input.now };
    return before && deepEqual(defined(before), defined(next)) ? before : (defined(next) as unknown as PodCondition);
  });
  const types = new Set(['PodResizePending', ...mine.map(({ type }) => type)]);
  const others = input.known.filter(({ type }) => !types.has(type));
  return [...others, ...(input.resizePending ? [input.resizePending] : []), ...mine];
}

const defined = (value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && member !== null));

const condition = (type: string, isTrue: boolean, reason?: string, message?: string): Draft => ({
  type,
  status: isTrue ? 'True' : 'False',
  ...(reason ? { reason } : {}),
  ...(message ? { message } : {}),
});

/** Go prints a list of strings so. */
const goList = (names: readonly string[]): string => `[${names.join(' ')}]`;

function initializedCondition(pod: Pod, { init, app, phase }: ConditionInput): Draft {
  const type = 'Initialized';
  if (init.length === 0 && app.length === 0) return condition(type, false, 'UnknownContainerStatuses');
  const spec = specOf(pod);
  if (phase === 'Succeeded') return condition(type, true, 'PodCompleted');
  const names = (spec.initContainers ?? [])
    .filter((container) => {
      const status = init.find(({ name }) => name === container.name);
      return isRestartableInit({ kind: 'initContainers', container })
        ? !status?.started && !status?.lastState?.terminated
        : !status?.ready;
    })
    .map(({ name }) => name);
  const appStarted = app.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  if (names.length === 0 || appStarted) return condition(type, true);
  return condition(type, false, 'ContainersNotInitialized', `containers with incomplete status: ${goList(names)}`);
}

function containersReadyCondition(pod: Pod, { phase, init, app }: ConditionInput): Draft {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return condition(type, false, 'PodCompleted');
  if (phase === 'Failed') return condition(type, false, 'PodFailed');
  const spec = specOf(pod);
  const sidecars = (spec.initContainers ?? []).filter((container) =>
    isRestartableInit({ kind: 'initContainers', container }),
  );
  const statuses = [...init, ...app];
  const unknown: string[] = [];
  const unready: string[] = [];
  for (const { name } of [...sidecars, ...spec.containers]) {
    const status = statuses.find((each) => each.name === name);
    if (status === undefined) unknown.push(name);
    else if (!status.ready) unready.push(name);
  }
  const texts = [
    ...(unknown.length > 0 ? [`containers with unknown status: ${goList(unknown)}`] : []),
    ...(unready.length > 0 ? [`containers with unready status: ${goList(unready)}`] : []),
  ];
  return texts.length === 0 ? condition(type, true) : condition(type, false, 'ContainersNotReady', texts.join(', '));
}

function readyCondition(pod: Pod, { known }: ConditionInput, containersReady: Draft): Draft {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const texts: string[] = [];
  for (const { conditionType } of specOf(pod).readinessGates ?? []) {
    const gate = known.find((each) => each.type === conditionType);
    if (gate === undefined)
      texts.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') {
      texts.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
    }
  }
  return texts.length === 0
    ? condition(type, true)
    : condition(type, false, 'ReadinessGatesNotReady', texts.join(', '));
}
