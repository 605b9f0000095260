import type { Pod } from '#api/core/v1/pod.ts';

type PodStatus = NonNullable<Pod['status']>;

/** The status a real node would report of a pod in this phase. `time` is RFC 3339. */
export function simulatedStatus(
  pod: Pod,
  phase: 'Running' | 'Succeeded' | 'Failed',
  at: { time: string; hostIP: string; podIP: string },
): PodStatus {
  const { time, hostIP, podIP } = at;
  const running = phase === 'Running';
  const reason = running ? {} : { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' };
  const observed = pod.metadata?.generation ? { observedGeneration: pod.metadata.generation } : {};
  const condition = (type: string, status: string, extra: object = {}) => ({
    type,
    status,
    ...observed,
    lastTransitionTime: time,
    ...extra,
  });
  const scheduled =
    pod.status?.conditions?.find((each) => each.type === 'PodScheduled') ?? condition('PodScheduled', 'True');
  return {
    ...pod.status,
    ...observed,
    phase,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: pod.status?.startTime ?? time,
    conditions: [
      condition('PodReadyToStartContainers', running ? 'True' : 'False'),
      condition('Initialized', 'True', reason),
      condition('Ready', running ? 'True' : 'False', reason),
      condition('ContainersReady', running ? 'True' : 'False', reason),
      scheduled,
    ],
    containerStatuses: (pod.spec?.containers ?? []).map((container) => ({
      name: container.name,
      image: container.image ?? '',
      imageID: '',
      containerID: `simulated://${pod.metadata?.uid}-${container.name}`,
      ready: running,
      started: running,
      restartCount: 0,
      state: running
        ? { running: { startedAt: time } }
        : {
            terminated: {
              exitCode: phase === 'Succeeded' ? 0 : 1,
              reason: phase === 'Succeeded' ? 'Completed' : 'Error',
              startedAt: pod.status?.startTime ?? time,
              finishedAt: time,
            },
          },
    })),
  } as PodStatus;
}
