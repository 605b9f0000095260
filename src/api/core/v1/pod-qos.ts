import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ResourceRequirements } from './resources.ts';

const COMPUTE = ['cpu', 'memory'] as const;

/**
 * How well a pod is served when a node runs short: `Guaranteed` when every container is limited to what it requests of
 * CPU and memory, `BestEffort` when nothing asks for anything, otherwise `Burstable`.
 */
export function podQosClass(spec: PodSpec): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const all = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {});
  if (all.every(asksNothing)) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const amount = (text: string | undefined) => (text === undefined ? undefined : parseQuantity(text));
const isPositive = (text: string | undefined): boolean => (amount(text)?.sign ?? 0) > 0;

const asksNothing = ({ requests, limits }: ResourceRequirements): boolean =>
  COMPUTE.every((name) => !isPositive(requests?.[name]) && !isPositive(limits?.[name]));

const isGuaranteed = ({ requests, limits }: ResourceRequirements): boolean =>
  COMPUTE.every((name) => {
    const limit = amount(limits?.[name]);
    const request = amount(requests?.[name]) ?? limit;
    return limit !== undefined && request !== undefined && limit.sign > 0 && limit.equals(request);
  });
