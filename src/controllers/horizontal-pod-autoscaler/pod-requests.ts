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

function requestOf({ metadata, spec }: Pod, resource: string, container: string | undefined): number {
  const ofPod = spec?.resources?.requests?.[resource];
  if (ofPod !== undefined) return parseQuantity(ofPod).milliValue();
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let sum = 0;
  for (const { name, resources } of [...(spec?.containers ?? []), ...sidecars]) {
    if (container !== undefined && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) {
      throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata?.name}`);
    }
    sum += parseQuantity(request).milliValue();
  }
  return sum;
}
