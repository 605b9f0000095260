import { podQosClass } from '#api/core/v1/pod-qos.ts';
import { containerTotals } from '#api/core/v1/pod-requests.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { LinuxContainerResources } from '#cri/runtime.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { AnyContainer } from '../pod-parts.ts';

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
const PERIOD_MICROSECONDS = 100_000;
const MIN_QUOTA_MICROSECONDS = 1000;

/** CPU shares for a request in thousandths of a CPU. */
export function cpuShares(milli: number): number {
  return Math.min(Math.max(Math.floor((milli * 1024) / 1000), MIN_SHARES), MAX_SHARES);
}

/** Microseconds of CPU a period for a limit in thousandths of a CPU; 0 means no limit. */
export function cpuQuota(milli: number): number {
  return milli === 0 ? 0 : Math.max(Math.floor((milli * PERIOD_MICROSECONDS) / 1000), MIN_QUOTA_MICROSECONDS);
}

/** What a container may use, as the runtime sets it. */
export function containerResources(
  spec: PodSpec,
  container: AnyContainer,
  nodeMemoryBytes: number,
): LinuxContainerResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const cpu = requests['cpu'] ?? limits['cpu'] ?? '0';
  const memoryLimit = parseQuantity(limits['memory'] ?? '0').value();
  return {
    cpuPeriod: PERIOD_MICROSECONDS,
    cpuQuota: cpuQuota(parseQuantity(limits['cpu'] ?? '0').milliValue()),
    cpuShares: cpuShares(parseQuantity(cpu).milliValue()),
    ...(memoryLimit > 0 ? { memoryLimitInBytes: memoryLimit } : {}),
    oomScoreAdj: oomScoreAdjust(spec, container, nodeMemoryBytes),
  };
}

const GUARANTEED_SCORE = -997;
const BEST_EFFORT_SCORE = 1000;
const CRITICAL_PRIORITY = 2_000_000_000;

/** How readily the kernel kills a container when memory is short: the less it asked for, the sooner. */
export function oomScoreAdjust(spec: PodSpec, container: AnyContainer, nodeMemoryBytes: number): number {
  if ((spec.priority ?? 0) >= CRITICAL_PRIORITY) return GUARANTEED_SCORE;
  const qos = podQosClass(spec);
  if (qos === 'Guaranteed') return GUARANTEED_SCORE;
  if (qos === 'BestEffort') return BEST_EFFORT_SCORE;
  const request = parseQuantity(container.resources?.requests?.['memory'] ?? '0').value();
  const score = 1000 - Math.floor((1000 * request) / nodeMemoryBytes);
  if (score < 1000 + GUARANTEED_SCORE) return 1000 + GUARANTEED_SCORE;
  return score === BEST_EFFORT_SCORE ? score - 1 : score;
}

/**
 * What the pod's own cgroup may use. Limits only where the pod itself has them: those of its containers hold for each
 * by itself, and may change while they run.
 */
export function podResources(spec: PodSpec): LinuxContainerResources {
  const { limits = {}, requests = {} } = spec.resources ?? {};
  const cpu =
    requests['cpu'] === undefined ? containerTotals(spec, 'requests').get('cpu') : parseQuantity(requests['cpu']);
  const memory = parseQuantity(limits['memory'] ?? '0').value();
  return {
    cpuPeriod: PERIOD_MICROSECONDS,
    cpuShares: cpuShares(cpu?.milliValue() ?? 0),
    ...(limits['cpu'] ? { cpuQuota: cpuQuota(parseQuantity(limits['cpu']).milliValue()) } : {}),
    ...(memory > 0 ? { memoryLimitInBytes: memory } : {}),
  };
}

/** The cgroup of a pod below the root, by how well the pod is served. */
export function cgroupParent(spec: PodSpec, uid: string): string {
  const qos = podQosClass(spec);
  const parent = qos === 'Guaranteed' ? '/kubepods' : `/kubepods/${qos.toLowerCase()}`;
  return `${parent}/pod${uid}`;
}
