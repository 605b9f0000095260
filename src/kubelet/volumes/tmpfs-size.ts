import type { Container } from '#api/core/v1/container.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { EmptyDirVolumeSource } from '#api/core/v1/volume.ts';
import { podLimitTotals } from '#api/quota/pod-totals.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Allocatable } from '../container/resource-field.ts';

/**
 * Bytes that a volume in memory may take, as upstream's kubelet sizes it: all that the node has for pods, all that its
 * pod may use, or its own limit, whichever is least. 0 where nothing says so.
 */
export function tmpfsSize(spec: PodSpec, { sizeLimit }: EmptyDirVolumeSource, allocatable: Allocatable): number {
  const limits = [bytes(allocatable['memory']), podMemoryLimit(spec), bytes(sizeLimit)].filter((limit) => limit > 0);
  return limits.length === 0 ? 0 : Math.min(...limits);
}

/** What the pod may use in all; 0 when one of its containers may use any amount and the pod itself says nothing. */
function podMemoryLimit(spec: PodSpec): number {
  const isLimited = ({ resources }: Pick<Container, 'resources'>) => bytes(resources?.limits?.['memory']) > 0;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  if (!isLimited(spec) && !containers.every(isLimited)) return 0;
  return podLimitTotals({ spec }).get('memory')?.value() ?? 0;
}

const bytes = (quantity: string | undefined): number => parseQuantity(quantity ?? '0').value();
