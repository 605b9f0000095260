import type { Container } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isPodLevelResource } from '#api/core/v1/pod-level-resources.ts';
import { containerTotals } from '#api/core/v1/pod-requests.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { type Amounts, addAmounts, maxAmounts, readAmounts, writeAmounts } from './amounts.ts';

/** What a pod requests altogether; while it is resized the most of what it wants, was given and has. */
export function podRequestTotals({ spec, status }: Pod): Amounts {
  if (!spec) return new Map();
  const statuses = new Map(
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map((one) => [one.name, one]),
  );
  const infeasible = (status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
  const current = (container: Container): Container => {
    const found = statuses.get(container.name);
    if (!found) return container;
    const held = maxAmounts(readAmounts(found.resources?.requests), readAmounts(found.allocatedResources));
    const wanted = readAmounts(container.resources?.requests);
    // A wish that cannot be granted costs nothing.
    const requests = infeasible && held.size > 0 ? held : maxAmounts(wanted, held);
    return { ...container, resources: { ...container.resources, requests: writeAmounts(requests) } };
  };
  const counted = {
    containers: (spec.containers ?? []).map(current),
    initContainers: (spec.initContainers ?? []).map((each) => (each.restartPolicy === 'Always' ? current(each) : each)),
  };
  const total = new Map([...containerTotals(counted, 'requests'), ...podLevel(spec, 'requests')]);
  return addAmounts(total, readAmounts(spec.overhead));
}

/** What a pod is limited to; overhead counts only where there is a limit. */
export function podLimitTotals({ spec }: Pod): Amounts {
  if (!spec) return new Map();
  const total = new Map([...containerTotals(spec, 'limits'), ...podLevel(spec, 'limits')]);
  const overhead = readAmounts(spec.overhead);
  return addAmounts(total, new Map([...overhead].filter(([name]) => total.has(name))));
}

const podLevel = ({ resources }: PodSpec, which: 'requests' | 'limits'): Amounts =>
  new Map([...readAmounts(resources?.[which])].filter(([name]) => isPodLevelResource(name)));
