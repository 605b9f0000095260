import type { Pod } from '#api/core/v1/pod.ts';
import { podQosClass } from '#api/core/v1/pod-qos.ts';
import type { PodStatus } from '#api/core/v1/pod-status.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { specOf } from '../pod-parts.ts';
import { type ContainerStatusInput, containerStatuses } from './container-statuses.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import { resizePendingCondition } from './resize-condition.ts';

export interface PodStatusInput extends Omit<ContainerStatusInput, 'known' | 'isEnding'> {
  /** The status as the API server has it. */
  readonly known: PodStatus;
  readonly nodeAddresses: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The kubelet is ending the pod: containers are not started any more. */
  readonly isEnding: boolean;
  /** Everything of the pod has ended. */
  readonly isTerminal: boolean;
  /** Why a change of resources is not granted; for good when the node could never grant it. */
  readonly resizeRefusal?:
    | { readonly reason: string; readonly message: string; readonly isForGood: boolean }
    | undefined;
  /** Why the kubelet ended the pod of its own accord, for example DeadlineExceeded. */
  readonly verdict?: { readonly reason: string; readonly message: string } | undefined;
}

/** The whole status of a pod as its containers, sandbox and probes make it. Pure. */
export function podStatus(pod: Pod, input: PodStatusInput): PodStatus {
  const { known, now, nodeAddresses, verdict } = input;
  const spec = specOf(pod);
  const lists = {
    init: containerStatuses(pod, 'initContainers', { ...input, known: known.initContainerStatuses ?? [] }),
    app: containerStatuses(pod, 'containers', { ...input, known: known.containerStatuses ?? [] }),
    ephemeral: containerStatuses(pod, 'ephemeralContainers', {
      ...input,
      known: known.ephemeralContainerStatuses ?? [],
    }),
  };
  const phase = finalPhase(known) ?? (verdict ? 'Failed' : podPhase(pod, { ...lists, isTerminal: input.isTerminal }));
  const sandbox = input.state.sandboxes.find(({ state }) => state === 'READY');
  const ips = spec.hostNetwork ? nodeAddresses : (sandbox?.ips ?? []);
  const podIPs = ips.length > 0 && (sandbox || spec.hostNetwork) ? ips.map((ip) => ({ ip })) : (known.podIPs ?? []);
  const before = { known: known.conditions ?? [], now: formatTime(now) };
  const resizePending = resizePendingCondition(pod, input.resizeRefusal, before);
  const hasSandbox = sandbox !== undefined;
  return {
    ...known,
    ...(pod.metadata?.generation ? { observedGeneration: pod.metadata.generation } : {}),
    phase,
    conditions: podConditions(pod, { phase, ...lists, hasSandbox, ...before, resizePending }),
    ...(verdict ?? {}),
    hostIP: nodeAddresses[0],
    hostIPs: nodeAddresses.map((ip) => ({ ip })),
    ...(podIPs.length > 0 ? { podIP: podIPs[0]?.ip, podIPs } : {}),
    startTime: known.startTime ?? formatTime(now),
    ...(lists.init.length > 0 ? { initContainerStatuses: lists.init } : {}),
    containerStatuses: lists.app,
    ...(lists.ephemeral.length > 0 ? { ephemeralContainerStatuses: lists.ephemeral } : {}),
    qosClass: known.qosClass || podQosClass(spec),
  };
}

/** A pod that has ended stays so. */
const finalPhase = ({ phase }: PodStatus): 'Succeeded' | 'Failed' | undefined =>
  phase === 'Succeeded' || phase === 'Failed' ? phase : undefined;
