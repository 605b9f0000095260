import type { Pod } from '#api/core/v1/pod.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { PodOutcome, PodStage } from './stage.ts';

type PodStatus = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];
type Container = NonNullable<Pod['spec']>['containers'][number];

/** Where and when a node reports of a pod; `time` is RFC 3339. */
export interface ReportedAt {
  readonly time: string;
  readonly hostIP: string;
  readonly podIP: string;
}

/** How a pod's containers ended. */
type Ending = Pick<PodStage, 'exitCode' | 'reason' | 'message' | 'podReason'>;

/** The status a real node would report of a pod that has come to this. */
export function simulatedStatus(
  pod: Pod,
  outcome: Exclude<PodOutcome, 'Deleted'>,
  at: ReportedAt,
  ending: Ending = {},
): PodStatus {
  const { time, hostIP, podIP } = at;
  const isOver = outcome === 'Succeeded' || outcome === 'Failed';
  const before = pod.status?.containerStatuses ?? [];
  // In the schema's order, in which the server keeps it.
  const told: Record<string, unknown> = {
    ...observedOf(pod),
    phase: isOver ? outcome : 'Running',
    conditions: conditionsOf(pod, outcome, time),
    ...(outcome === 'Failed' && ending.message ? { message: ending.message } : {}),
    ...(outcome === 'Failed' && ending.podReason ? { reason: ending.podReason } : {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status?.startTime ?? time,
    ...initStatuses(pod, time, isOver),
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      containerStatus(pod, container, {
        outcome,
        time,
        ending,
        before: before.find(({ name }) => name === container.name),
      }),
    ),
    ...ephemeralStatuses(pod, time, isOver),
    ...resourcesOf(pod.spec ?? {}),
  };
  for (const [name, value] of Object.entries(pod.status ?? {})) told[name] ??= value;
  return told as PodStatus;
}

const observedOf = ({ metadata }: Pod) => (metadata?.generation ? { observedGeneration: metadata.generation } : {});

/** Everybody else's conditions, then the node's own. One that stays as it was keeps its time. */
function conditionsOf(pod: Pod, outcome: PodOutcome, time: string): object[] {
  const isReady = outcome === 'Ready';
  const isOver = outcome === 'Succeeded' || outcome === 'Failed';
  const over = isOver ? { reason: outcome === 'Succeeded' ? 'PodCompleted' : 'PodFailed' } : {};
  const unready = isReady
    ? {}
    : isOver
      ? over
      : { reason: 'ContainersNotReady', message: `containers with unready status: [${namesOf(pod)}]` };
  const known = pod.status?.conditions ?? [];
  const condition = (type: string, value: boolean, extra: object) => {
    const status = value ? 'True' : 'False';
    const before = known.find((each) => each.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : time;
    return { type, ...observedOf(pod), status, lastProbeTime: null, lastTransitionTime, ...extra };
  };
  const own = [
    condition('PodReadyToStartContainers', !isOver, {}),
    condition('Initialized', true, outcome === 'Succeeded' ? over : {}),
    condition('Ready', isReady && areGatesOpen(pod), unready),
    condition('ContainersReady', isReady, unready),
    condition('PodScheduled', true, {}),
  ];
  return [...known.filter(({ type }) => !OF_NODE.has(type)), ...own];
}

/** The conditions that a node has to tell of. */
const OF_NODE: ReadonlySet<string> = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);

/** What a node says that has taken notice of a pod's new specification, as a patch of its status. */
export function observedStatus(pod: Pod, time: string): object {
  const { spec, status } = pod;
  return {
    ...observedOf(pod),
    conditions: (status?.conditions ?? [])
      .filter(({ type }) => OF_NODE.has(type))
      .map(({ type }) => ({ type, ...observedOf(pod) })),
    ...withResources('containerStatuses', status?.containerStatuses, spec?.containers),
    ...withResources('initContainerStatuses', status?.initContainerStatuses, spec?.initContainers),
    ...ephemeralStatuses(pod, time, false),
    ...resourcesOf(spec ?? {}),
  };
}

type Sized = Pick<Container, 'resources'>;

/** What something is given: all that it asks for. Nothing is said of what asks for nothing. */
function resourcesOf({ resources }: Sized): object {
  if (!resources?.requests && !resources?.limits) return {};
  return { ...(resources.requests ? { allocatedResources: resources.requests } : {}), resources };
}

/** The statuses of a list of containers with what these ask for now; nothing where none was resized. */
function withResources(
  part: 'containerStatuses' | 'initContainerStatuses',
  statuses: readonly ContainerStatus[] = [],
  containers: readonly Container[] = [],
): object {
  const sized = statuses.map((status) => {
    const container = containers.find(({ name }) => name === status.name);
    return container ? { ...status, ...resourcesOf(container) } : status;
  });
  return deepEqual(sized, statuses) ? {} : { [part]: sized };
}

/** Containers that somebody added to look into the pod: they run from when the node sees them. */
function ephemeralStatuses(pod: Pod, time: string, isOver: boolean): { ephemeralContainerStatuses?: object[] } {
  const containers = pod.spec?.ephemeralContainers ?? [];
  if (containers.length === 0) return {};
  const known = pod.status?.ephemeralContainerStatuses ?? [];
  return {
    ephemeralContainerStatuses: containers.map(({ name, image = '' }) => {
      const before = known.find((status) => status.name === name);
      if (before && !(isOver && before.state?.running)) return before;
      const containerID = `simulated://${pod.metadata?.uid}-${name}-0`;
      const startedAt = before?.state?.running?.startedAt ?? time;
      const state = isOver
        ? { terminated: { ...KILLED, startedAt, finishedAt: time, containerID } }
        : { running: { startedAt } };
      return { name, state, ready: false, restartCount: 0, image, imageID: '', containerID };
    }),
  };
}

/** How containers end whose pod does not need them any more. */
const KILLED = { exitCode: 0, reason: 'Completed' };

const namesOf = ({ spec }: Pod): string => (spec?.containers ?? []).map(({ name }) => name).join(' ');

const areGatesOpen = ({ spec, status }: Pod): boolean =>
  (spec?.readinessGates ?? []).every(({ conditionType }) =>
    status?.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
  );

function containerStatus(
  pod: Pod,
  container: Container,
  {
    outcome,
    time,
    ending,
    before,
  }: {
    readonly outcome: PodOutcome;
    readonly time: string;
    readonly ending: Ending;
    readonly before: ContainerStatus | undefined;
  },
): object {
  const { name, image = '' } = container;
  const startedAt = before?.state?.running?.startedAt ?? time;
  const isOver = outcome === 'Succeeded' || outcome === 'Failed';
  const restarts = (before?.restartCount ?? 0) + (outcome === 'Restarted' ? 1 : 0);
  const containerID = `simulated://${pod.metadata?.uid}-${name}-${restarts}`;
  const ended = (id: string) => {
    const { exitCode = outcome === 'Succeeded' ? 0 : 1 } = ending;
    const reason = ending.reason ?? (exitCode === 0 ? 'Completed' : 'Error');
    const message = ending.message ? { message: ending.message } : {};
    return { terminated: { exitCode, reason, ...message, startedAt, finishedAt: time, containerID: id } };
  };
  const lastState = outcome === 'Restarted' ? ended(before?.containerID ?? containerID) : before?.lastState;
  return {
    name,
    state: isOver ? ended(containerID) : { running: { startedAt: outcome === 'Restarted' ? time : startedAt } },
    ...(lastState ? { lastState } : {}),
    ready: outcome === 'Ready',
    restartCount: restarts,
    image,
    imageID: '',
    containerID,
    started: !isOver,
    ...resourcesOf(container),
  };
}

/** Init containers have done their work before others start; those that never end do so with the others. */
function initStatuses(pod: Pod, time: string, isOver: boolean): { initContainerStatuses?: object[] } {
  const containers = pod.spec?.initContainers ?? [];
  const known = pod.status?.initContainerStatuses ?? [];
  if (containers.length === 0) return {};
  if (known.length === containers.length) {
    if (!isOver || !known.some(({ state }) => state?.running)) return {};
    return { initContainerStatuses: known.map((status) => (status.state?.running ? ended(status, time) : status)) };
  }
  return {
    initContainerStatuses: containers.map((container) => {
      const { name, image = '', restartPolicy } = container;
      const containerID = `simulated://${pod.metadata?.uid}-${name}-0`;
      const base = { name, image, imageID: '', containerID, restartCount: 0, ready: true, ...resourcesOf(container) };
      return restartPolicy === 'Always'
        ? { ...base, started: true, state: { running: { startedAt: time } } }
        : {
            ...base,
            started: false,
            state: {
              terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time, containerID },
            },
          };
    }),
  };
}

function ended(status: ContainerStatus, time: string): object {
  const { containerID = '', state } = status;
  const { startedAt = time } = state?.running ?? {};
  const terminated = { ...KILLED, startedAt, finishedAt: time, containerID };
  return { ...status, ready: false, started: false, state: { terminated } };
}
