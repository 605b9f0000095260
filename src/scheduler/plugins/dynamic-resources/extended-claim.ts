import type { Container } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodExtendedResourceClaimStatus } from '#api/core/v1/pod-status.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { DeviceRequest } from '#api/resource/v1/resource-claim-spec.ts';
import { amountOf } from '../../state/pod-resources.ts';
import { isOwned } from './pod-claims.ts';

/** Marks claims that stand for the extended resources of a pod. */
const EXTENDED = 'resource.kubernetes.io/extended-resource-claim';

/** Which request of the claim a container's resource is met by. */
export type RequestMapping = PodExtendedResourceClaimStatus['requestMappings'][number];

/** A claim for a pod's extended resources as it is made before anything is asked for. */
export const extendedClaim = (pod: Pod): ResourceClaim =>
  ({
    metadata: {
      namespace: pod.metadata?.namespace,
      generateName: `${pod.metadata?.name}-extended-resources-`,
      annotations: { [EXTENDED]: 'true' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: pod.metadata?.name, uid: pod.metadata?.uid, controller: true },
      ],
    },
    spec: {},
  }) as unknown as ResourceClaim;

export const isExtendedClaimOf = (claim: ResourceClaim, pod: Pod): boolean =>
  claim.metadata?.annotations?.[EXTENDED] === 'true' && isOwned(claim, pod);

interface Entry {
  readonly container: Container;
  readonly index: number;
}

interface Part {
  readonly request?: DeviceRequest;
  readonly mappings: readonly RequestMapping[];
}

/** Requests for devices in place of extended resources, and which container gets what; `classes` holds the class of each resource. */
export function extendedRequests(
  { spec }: Pod,
  classes: ReadonlyMap<string, string>,
): { readonly requests: DeviceRequest[]; readonly mappings: RequestMapping[] } {
  const init = (spec?.initContainers ?? []).map((container, index) => ({ container, index }));
  const main = (spec?.containers ?? []).map((container, index) => ({ container, index: init.length + index }));
  const isSidecar = ({ container }: Entry) => container.restartPolicy === 'Always';
  const lasting = [...init.filter(isSidecar), ...main];
  const passing = init.filter((entry) => !isSidecar(entry));
  const requests: DeviceRequest[] = [];
  const mappings: RequestMapping[] = [];
  for (const [resource, className] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = lasting.map((entry) => ({ entry, part: partOf(entry, resource, { className, reusable: [] }) }));
    const reusableFrom = (index: number) =>
      kept.flatMap(({ entry, part }) => (entry.index >= index && part.request ? [part.request] : []));
    const brief = passing.map((entry) => partOf(entry, resource, { className, reusable: reusableFrom(entry.index) }));
    const largest = largestOf(brief.flatMap(({ request }) => request ?? []));
    const replaced = new Set(brief.flatMap(({ request }) => request?.name ?? []));
    if (largest) requests.push(largest);
    requests.push(...kept.flatMap(({ part }) => part.request ?? []));
    mappings.push(...kept.flatMap(({ part }) => part.mappings));
    for (const mapping of brief.flatMap((part) => part.mappings)) {
      const isReplaced = largest && replaced.has(mapping.requestName);
      mappings.push(isReplaced ? { ...mapping, requestName: largest.name } : mapping);
    }
  }
  requests.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { requests, mappings };
}

/** What a container asks for beyond what it may reuse of those that run when it has ended. */
function partOf(
  { container, index }: Entry,
  resource: string,
  { className, reusable }: { readonly className: string; readonly reusable: readonly DeviceRequest[] },
): Part {
  const asked = (container.resources?.requests ?? {}) as Readonly<Record<string, string>>;
  const wanted = amountOf(resource, asked[resource] ?? '0');
  if (wanted === 0) return { mappings: [] };
  const mapTo = (requestName: string) => ({ containerName: container.name, resourceName: resource, requestName });
  const mappings: RequestMapping[] = [];
  let sum = 0;
  for (const { name, exactly } of reusable) {
    sum += Number(exactly?.count ?? 0);
    mappings.push(mapTo(name));
    if (sum >= wanted) return { mappings };
  }
  const name = `container-${index}-request-${Object.keys(asked).sort().indexOf(resource)}`;
  const exactly = { deviceClassName: className, allocationMode: 'ExactCount', count: wanted - sum };
  return { request: { name, exactly } as unknown as DeviceRequest, mappings: [...mappings, mapTo(name)] };
}

function largestOf(requests: readonly DeviceRequest[]): DeviceRequest | undefined {
  let largest: DeviceRequest | undefined;
  for (const each of requests) {
    if (Number(each.exactly?.count) > Number(largest?.exactly?.count ?? 0)) largest = each;
  }
  return largest;
}
