import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { AllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import { DeviceClassResolver, isExtendedResource } from '../../framework/device-classes.ts';
import type { Cycle } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import type { PodClass } from '../../state/pod-class.ts';
import { ClaimCycle, type ExtendedResource, type Shared } from './claim-cycle.ts';
import { nameOf } from './claim-requests.ts';
import { ClaimWriter } from './claim-writer.ts';
import type { DeviceLedger } from './device-ledger.ts';
import { DevicePools } from './device-pools.ts';
import { shapesOf } from './device-request.ts';
import { DeviceSelectors } from './device-selectors.ts';
import { KnownChoices } from './known-choices.ts';
import { canBeShared, hasGroupClaims, isReservedFor, podClaims } from './pod-claims.ts';

const DATA = 'DynamicResources';

/** Begins and finds what is known of a pod's claims during its cycle. */
export class ClaimCycles {
  readonly #shared: Shared;

  constructor(context: PluginContext, ledger: DeviceLedger, { timeoutMs }: { readonly timeoutMs: number }) {
    const { informers } = context;
    this.#shared = {
      context,
      ledger,
      classes: new DeviceClassResolver(informers),
      pools: new DevicePools(context, ledger),
      selectors: new DeviceSelectors(),
      known: new KnownChoices(),
      writer: new ClaimWriter(context),
      timeoutMs,
      groupOf: hasGroupClaims(context) ? (pod) => context.groups?.of(pod) : undefined,
    };
  }

  of({ data }: Cycle): ClaimCycle | undefined {
    return data.get(DATA) as ClaimCycle | undefined;
  }

  /** Whether the pod has anything to do with devices; a text when it has to wait whatever the node. */
  start({ pod: { pod, class: podClass }, data, together }: Cycle): boolean | string {
    const { ledger, groupOf } = this.#shared;
    const byGroup = groupOf !== undefined;
    const resources = this.#extendedResources(podClass);
    if (!pod.spec?.resourceClaims?.length && resources.length === 0) return false;
    const claims = podClaims(pod, (key) => ledger.get(key), byGroup);
    if (typeof claims === 'string') return claims;
    if (claims.length === 0 && resources.length === 0) return false;
    const fellows = together && fellowsIn(together);
    const decided = new Map<ResourceClaim, AllocationResult>();
    for (const claim of claims) {
      const uid = claim.metadata?.uid ?? '';
      const pending = !claim.status?.allocation && fellows?.has(uid) ? ledger.pendingOf(uid) : undefined;
      if (pending) decided.set(claim, pending);
      if (pending) continue;
      const problem = claim.status?.allocation ? whyInUse(claim, pod, byGroup) : this.#whyNotAllocated(claim);
      if (problem) return problem;
    }
    data.set(DATA, new ClaimCycle(this.#shared, pod, { claims, resources, fellows, decided }));
    return true;
  }

  #whyNotAllocated(claim: ResourceClaim): string | undefined {
    const { ledger, classes } = this.#shared;
    if (ledger.pendingOf(claim.metadata?.uid ?? '')) {
      return `resource claim ${nameOf(claim)} is in the process of being allocated`;
    }
    for (const request of claim.spec.devices?.requests ?? []) {
      for (const { fullName, deviceClassName } of shapesOf(request)) {
        if (classes.get(deviceClassName)) continue;
        return `request ${fullName}: device class ${deviceClassName} does not exist`;
      }
    }
    return undefined;
  }

  /** Resources of the pod for which devices of some class may stand. */
  #extendedResources({ requests }: PodClass): ExtendedResource[] {
    const { classes, context } = this.#shared;
    const table = context.state.resources;
    return requests.columns.flatMap((column): ExtendedResource[] => {
      const name = table.names[column] as string;
      const className = isExtendedResource(name) ? classes.forResource(name)?.metadata?.name : undefined;
      return className === undefined ? [] : [{ name, className, column }];
    });
  }
}

const whyInUse = (claim: ResourceClaim, pod: Pod, byGroup: boolean): string | undefined =>
  canBeShared(claim) || isReservedFor(claim, pod, byGroup) ? undefined : 'resourceclaim in use';

/** The uids of claims that were allocated in a cycle for a whole group: its other pods share them before they are written. */
function fellowsIn(together: Map<string, unknown>): Set<string> {
  const known = together.get(DATA) as Set<string> | undefined;
  if (known) return known;
  const uids = new Set<string>();
  together.set(DATA, uids);
  return uids;
}
