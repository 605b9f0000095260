import type { Pod } from '#api/core/v1/pod.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

/**
 * What each pod requests of a resource, in thousandths, by name; of one container where `container` names it. Throws
 * when a container does not say.
 */
export function podRequests(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, number> {
  return new Map(pods.map((pod) => [pod.metadata?.name ?? '', requestOf(pod, resource, container)]));
}

function requestOf(pod: Pod, resource: string, container: string | undefined): number {
  const ofPod = pod.spec?.resources?.requests ?? {};
  return container === undefined && Object.keys(ofPod).some(isOfPods)
    ? requestOfPod(pod, resource)
    : requestOfContainers(pod, resource, container);
}

/** Resources of which a pod may say for all its containers what they take. */
const isOfPods = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

/** What the pod says counts, with what running it takes besides; what it does not say is what its containers do. */
function requestOfPod({ metadata, spec }: Pod, resource: string): number {
  const own = isOfPods(resource) ? spec?.resources?.requests?.[resource] : undefined;
  const said = own === undefined ? longRunning(spec).map(({ resources }) => resources?.requests?.[resource]) : [own];
  const overhead = spec?.overhead?.[resource];
  const amounts = [...said, overhead].filter((amount) => amount !== undefined);
  if (amounts.length === 0) throw new Error(`missing pod-level request for ${resource} in Pod ${metadata?.name}`);
  return amounts.reduce((sum, amount) => sum + parseQuantity(amount).milliValue(), 0);
}

function requestOfContainers({ metadata, spec }: Pod, resource: string, container: string | undefined): number {
  const counted = longRunning(spec).filter(({ name }) => container === undefined || container === name);
  if (container !== undefined && counted.length === 0)
    throw new Error(`container ${container} not found in Pod ${metadata?.name}`);
  let sum = 0;
  for (const { name, resources } of counted) {
    const request = resources?.requests?.[resource];
    if (request === undefined) {
      throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata?.name}`);
    }
    sum += parseQuantity(request).milliValue();
  }
  return sum;
}

/** The containers that run as long as the pod does. */
const longRunning = (spec: Pod['spec']) => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
];
