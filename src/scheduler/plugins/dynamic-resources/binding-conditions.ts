import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';

/**
 * Whether the drivers have made the devices of a claim ready for the pod to be bound; a text when one says that it
 * cannot.
 */
export function bindingState(claim: ResourceClaim): 'ready' | 'waiting' | { readonly failed: string } {
  let isReady = true;
  for (const result of claim.status?.allocation?.devices?.results ?? []) {
    const { driver, pool, device, bindingConditions = [], bindingFailureConditions = [] } = result;
    if (bindingConditions.length === 0) continue;
    const told = claim.status?.devices?.find(
      (each) => each.driver === driver && each.pool === pool && each.device === device,
    );
    const isTrue = (type: string) => told?.conditions?.find((each) => each.type === type && each.status === 'True');
    for (const type of bindingFailureConditions) {
      const failure = isTrue(type);
      if (!failure) continue;
      const { reason, message } = failure;
      return {
        failed: `claim ${claim.metadata?.name} binding failed: reason=${reason}, message=${JSON.stringify(message)}`,
      };
    }
    if (!bindingConditions.every(isTrue)) isReady = false;
  }
  return isReady ? 'ready' : 'waiting';
}
