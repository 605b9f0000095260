import type { NodeSelector, NodeSelectorRequirement } from '#api/core/v1/affinity.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { AllocationResult, DeviceAllocationConfiguration } from '#api/resource/v1/resource-claim-status.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ChosenDevice } from './device-allocation.ts';

/** What the status of a claim says of the devices that were chosen for it on a node. */
export function allocationResult(
  claim: ResourceClaim,
  chosen: readonly ChosenDevice[],
  { nodeName, newShareId }: { readonly nodeName: string; readonly newShareId: () => string },
): AllocationResult {
  const results = chosen.map(({ request, device, shares }) => ({
    request: request.fullName,
    driver: device.driver,
    pool: device.pool,
    device: device.device.name,
    ...(request.adminAccess ? { adminAccess: true } : {}),
    ...(request.tolerations.length > 0 ? { tolerations: [...request.tolerations] } : {}),
    ...bindingOf(device),
    ...(shares ? { shareID: newShareId() } : {}),
    ...(shares?.size ? { consumedCapacity: capacitiesOf(shares) } : {}),
  }));
  const config = configOf(claim, chosen);
  const nodeSelector = selectorOf(chosen, nodeName);
  return {
    devices: { results, ...(config.length > 0 ? { config } : {}) },
    ...(nodeSelector ? { nodeSelector } : {}),
  } as AllocationResult;
}

const bindingOf = ({ device: { bindingConditions, bindingFailureConditions } }: ChosenDevice['device']) => ({
  ...(bindingConditions?.length ? { bindingConditions } : {}),
  ...(bindingFailureConditions?.length ? { bindingFailureConditions } : {}),
});

const capacitiesOf = (shares: NonNullable<ChosenDevice['shares']>) =>
  Object.fromEntries([...shares].map(([name, amount]) => [name, amount.toString()]));

/** The configurations of classes, each once, then those of the claim. */
function configOf(claim: ResourceClaim, chosen: readonly ChosenDevice[]): DeviceAllocationConfiguration[] {
  const ofClasses = new Map<string, DeviceAllocationConfiguration[]>();
  const { requests = [], config: own = [] } = claim.spec.devices ?? {};
  for (const { name } of requests) {
    const request = chosen.find((each) => (each.request.parent ?? each.request.name) === name)?.request;
    if (request === undefined) continue;
    const known = ofClasses.get(request.deviceClassName) ?? (request.class.spec.config ?? []).map(fromClass);
    const named = known.map((each) => ({ ...each, requests: [...(each.requests ?? []), request.fullName] }));
    ofClasses.set(request.deviceClassName, named);
  }
  const isChosen = (asked: string) =>
    chosen.some(({ request }) => request.fullName === asked || request.parent === asked);
  const ofClaim = own
    .filter(({ requests: asked }) => !asked?.length || asked.some(isChosen))
    .map((each) => ({ source: 'FromClaim', ...each }) as DeviceAllocationConfiguration);
  return [...[...ofClasses.values()].flat(), ...ofClaim];
}

const fromClass = (config: object): DeviceAllocationConfiguration =>
  ({ source: 'FromClass', requests: [], ...config }) as unknown as DeviceAllocationConfiguration;

/** The nodes on which all of these devices can be used; undefined when that is everywhere. */
function selectorOf(chosen: readonly ChosenDevice[], nodeName: string): NodeSelector | undefined {
  const isLocal = ({ device }: ChosenDevice) => device.nodeName !== undefined || device.device.bindsToNode === true;
  if (chosen.some(isLocal)) {
    const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values: [nodeName] }];
    return { nodeSelectorTerms: [{ matchFields }] };
  }
  const terms = chosen.flatMap(({ device }) => device.nodeSelector?.nodeSelectorTerms[0] ?? []);
  if (terms.length === 0) return undefined;
  const matchExpressions = distinct(terms.flatMap((term) => term.matchExpressions ?? []));
  const matchFields = distinct(terms.flatMap((term) => term.matchFields ?? []));
  return {
    nodeSelectorTerms: [
      {
        ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
        ...(matchFields.length > 0 ? { matchFields } : {}),
      },
    ],
  };
}

const distinct = (requirements: readonly NodeSelectorRequirement[]): NodeSelectorRequirement[] =>
  requirements.filter((each, index) => requirements.findIndex((other) => deepEqual(other, each)) === index);
