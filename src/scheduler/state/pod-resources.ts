import type { Pod } from '#api/core/v1/pod.ts';
import { addResources, noResources, type ResourceAmounts, raiseResources, resourcesOf } from './resources.ts';

/**
 * What a pod asks for: the sum of its containers and restartable init containers, or what its init containers need at
 * their peak if that is more, plus its overhead.
 */
export function podRequests(pod: Pod): ResourceAmounts {
  const total = noResources();
  for (const container of pod.spec?.containers ?? []) addResources(total, resourcesOf(container.resources?.requests));
  const sidecars = noResources();
  const peak = noResources();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = resourcesOf(container.resources?.requests);
    if (container.restartPolicy === 'Always') {
      addResources(total, own);
      addResources(sidecars, own);
      raiseResources(peak, sidecars);
    } else {
      addResources(own, sidecars);
      raiseResources(peak, own);
    }
  }
  raiseResources(total, peak);
  for (const [name, text] of Object.entries(pod.spec?.resources?.requests ?? {})) {
    // Requests of the pod as a whole stand in place of the sum.
    const own = resourcesOf({ [name]: text });
    if (name === 'cpu') total.milliCpu = own.milliCpu;
    else if (name === 'memory') total.memory = own.memory;
    else for (const [scalar, value] of own.scalars) total.scalars.set(scalar, value);
  }
  addResources(total, resourcesOf(pod.spec?.overhead));
  return total;
}

/** Scoring counts pods that ask for nothing as this much, so that they spread too. */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

/** As `podRequests`, with a guess for what containers do not say. */
export function nonZeroRequests(pod: Pod): { readonly milliCpu: number; readonly memory: number } {
  let milliCpu = 0;
  let memory = 0;
  for (const container of pod.spec?.containers ?? []) {
    const own = resourcesOf(container.resources?.requests);
    milliCpu += container.resources?.requests?.['cpu'] === undefined ? DEFAULT_MILLI_CPU : own.milliCpu;
    memory += container.resources?.requests?.['memory'] === undefined ? DEFAULT_MEMORY : own.memory;
  }
  return { milliCpu, memory };
}
