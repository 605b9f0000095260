import type { RowCondition } from '#api/resource-definition.ts';
import { table } from '#base/table.ts';
import type { Pod } from './pod.ts';
import type { ContainerStatus } from './pod-status.ts';

/** What `kubectl get pods` says of a pod. */
export interface PodDisplay {
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** When a container last came to an end, as a time. */
  readonly lastRestart: string | undefined;
  readonly status: string;
}

/** Sums up a pod: the first init container that is not done says the status, then the first container in trouble. */
export function displayPod(pod: Pod): PodDisplay {
  const { spec, status, metadata } = pod;
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const init = displayInit(pod, sidecars);
  const isInitialized = status?.conditions?.some((each) => each.type === 'Initialized' && each.status === 'True');
  const before = init.reason || initialReason(pod);
  const main = !init.reason || isInitialized ? displayMain(pod, before) : undefined;
  const counted = main ? [...init.sidecars, ...(status?.containerStatuses ?? [])] : init.seen;
  let reason = main?.reason ?? before;
  if (metadata?.deletionTimestamp) {
    if (status?.reason === 'NodeLost') reason = 'Unknown';
    else if (status?.phase !== 'Succeeded' && status?.phase !== 'Failed') reason = 'Terminating';
  }
  return {
    ready: init.ready + (main?.ready ?? 0),
    total: (spec?.containers?.length ?? 0) + sidecars.size,
    restarts: counted.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastRestart: latestEnd(counted),
    status: reason,
  };
}

function initialReason({ status }: Pod): string {
  const gated = status?.conditions?.some((each) => each.type === 'PodScheduled' && each.reason === 'SchedulingGated');
  return gated ? 'SchedulingGated' : status?.reason || status?.phase || '';
}

interface InitDisplay {
  /** Empty when all init containers are done. */
  readonly reason: string;
  readonly ready: number;
  /** Containers up to the one that is not done. */
  readonly seen: readonly ContainerStatus[];
  readonly sidecars: readonly ContainerStatus[];
}

function displayInit({ spec, status }: Pod, sidecars: ReadonlySet<string>): InitDisplay {
  const seen: ContainerStatus[] = [];
  let ready = 0;
  let reason = '';
  for (const [position, container] of (status?.initContainerStatuses ?? []).entries()) {
    seen.push(container);
    if (container.state?.terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) ready++;
      continue;
    }
    reason = initReason(container, `${position}/${spec?.initContainers?.length ?? 0}`);
    break;
  }
  return { reason, ready, seen, sidecars: seen.filter(({ name }) => sidecars.has(name)) };
}

function initReason({ state }: ContainerStatus, progress: string): string {
  if (state?.terminated) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${progress}`;
}

const endReason = (end: { reason?: string | undefined; signal?: number | undefined; exitCode: number }): string =>
  end.reason || (end.signal ? `Signal:${end.signal}` : `ExitCode:${end.exitCode}`);

function displayMain({ status }: Pod, before: string): { readonly reason: string; readonly ready: number } {
  let reason = before;
  let ready = 0;
  for (const { state, ready: isReady } of [...(status?.containerStatuses ?? [])].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = endReason(state.terminated);
    else if (isReady && state?.running) ready++;
  }
  // Some are done and some still run: the pod runs.
  if (reason === 'Completed' && ready > 0) {
    reason = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
      ? 'Running'
      : 'NotReady';
  }
  return { reason, ready };
}

function latestEnd(containers: readonly ContainerStatus[]): string | undefined {
  const ends = containers.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  return ends.sort().at(-1);
}

const ENDS = table<string>({
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
});

/** Pods that are done are marked as such in tables. */
export function podRowConditions({ status }: Pod): readonly RowCondition[] {
  const reason = status?.phase ?? '';
  const message = ENDS[reason];
  return message === undefined ? [] : [{ type: 'Completed', status: 'True', reason, message }];
}
