import type { NodeCondition } from '#api/core/v1/node-status.ts';
import type { RuntimeStatus } from '#cri/runtime.ts';

type Draft = Omit<NodeCondition, 'lastHeartbeatTime' | 'lastTransitionTime'>;

/** What the machine is short of. */
export interface Pressure {
  readonly memory: boolean;
  readonly disk: boolean;
  readonly pid: boolean;
}

/** The node's conditions; transition times carry over from `known`. `runtime` is undefined when it does not answer. */
export function nodeConditions(input: {
  readonly runtime: RuntimeStatus | undefined;
  readonly pressure: Pressure;
  readonly known: readonly NodeCondition[];
  /** RFC 3339. */
  readonly now: string;
}): NodeCondition[] {
  const { pressure, known, now } = input;
  const drafts: Draft[] = [
    pressureCondition('MemoryPressure', pressure.memory, 'Memory', 'memory'),
    pressureCondition('DiskPressure', pressure.disk, 'Disk', 'disk'),
    pressureCondition('PIDPressure', pressure.pid, 'PID', 'PID'),
    readyCondition(input.runtime),
  ];
  const own = drafts.map((draft) => {
    const before = known.find(({ type }) => type === draft.type);
    const since = before?.status === draft.status ? before.lastTransitionTime : undefined;
    return { ...draft, lastHeartbeatTime: now, lastTransitionTime: since ?? now };
  });
  const types = new Set(own.map(({ type }) => type));
  return [...known.filter(({ type }) => !types.has(type)), ...own];
}

function pressureCondition(type: string, isShort: boolean, title: string, what: string): Draft {
  if (type === 'DiskPressure') {
    return isShort
      ? { type, status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }
      : { type, status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' };
  }
  return isShort
    ? {
        type,
        status: 'True',
        reason: `KubeletHasInsufficient${title}`,
        message: `kubelet has insufficient ${what} available`,
      }
    : {
        type,
        status: 'False',
        reason: `KubeletHasSufficient${title}`,
        message: `kubelet has sufficient ${what} available`,
      };
}

function readyCondition(runtime: RuntimeStatus | undefined): Draft {
  const problems = runtime
    ? runtime.conditions.filter(({ status }) => !status).map(describe)
    : ['container runtime status check may not have completed yet'];
  if (problems.length === 0) {
    return { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  }
  const message = problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`;
  return { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message };
}

const describe = ({ type, status, reason, message }: RuntimeStatus['conditions'][number]): string =>
  type === 'NetworkReady'
    ? `container runtime network not ready: NetworkReady=${status} reason:${reason} message:${message}`
    : `container runtime not ready: RuntimeReady=${status} reason:${reason} message:${message}`;
