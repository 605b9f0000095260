import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isItself } from '../../framework/own-change.ts';
import { normalizeByHighest, type Plugin, type QueueingHint } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip, unresolvable } from '../../framework/status.ts';
import { ClaimCycles } from './claim-cycles.ts';
import { DeviceLedger } from './device-ledger.ts';
import { hasGroupClaims, mentions, podClaims } from './pod-claims.ts';

const NAME = 'DynamicResources';
const SKIP = skip(NAME);

export interface DynamicResourcesArgs {
  /** How long a pod waits for drivers to make its devices ready, in seconds; 600 when absent. */
  readonly bindingTimeoutSeconds?: number;
}

/** Puts pods where the devices are that they claim, and allocates these. */
export function dynamicResources(context: PluginContext, args: DynamicResourcesArgs = {}): Plugin {
  const ledger = new DeviceLedger(context.informers);
  const cycles = new ClaimCycles(context, ledger, { timeoutMs: (args.bindingTimeoutSeconds ?? 600) * 1000 });
  const byGroup = hasGroupClaims(context);
  const problemOf = (pod: Parameters<typeof podClaims>[0]) => {
    const claims = pod.spec?.resourceClaims?.length ? podClaims(pod, (key) => ledger.get(key), byGroup) : [];
    return typeof claims === 'string' ? unresolvable(NAME, claims) : undefined;
  };
  const isConcerned: QueueingHint = ({ pod }, object, old) => {
    const [claim, before] = [object as ResourceClaim, old as ResourceClaim | undefined];
    // Devices that were given back may be just what others wait for.
    if (before?.status?.allocation && !claim.status?.allocation) return problemOf(pod) === undefined;
    if (!mentions(pod, claim)) return false;
    return (before === undefined || !deepEqual(before.status, claim.status)) && problemOf(pod) === undefined;
  };
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      NodeUpdateLabel: true,
      NodeUpdateAllocatable: true,
      ResourceClaimAdd: isConcerned,
      ResourceClaimUpdate: isConcerned,
      // What gives its devices back by going.
      ResourceClaimDelete: (_pod, claim) => (claim as ResourceClaim).status?.allocation !== undefined,
      ResourceSliceAdd: true,
      ResourceSliceUpdate: true,
      DeviceClassAdd: true,
      DeviceClassUpdate: true,
      UnscheduledPodUpdatePodGeneratedResourceClaim: (pod, object, old) =>
        isItself(pod, object, old) && problemOf(pod.pod) === undefined,
    },
    // Claims that were made for a pod are nobody else's, unless they give something back.
    onlyPod(object, old) {
      if (object?.kind !== 'ResourceClaim' || (old as ResourceClaim | undefined)?.status?.allocation) return undefined;
      return object.metadata?.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Pod')?.uid;
    },
    preEnqueue: ({ pod }) => problemOf(pod),
    preFilter(cycle) {
      const problem = cycles.start(cycle);
      if (typeof problem === 'string') return unresolvable(NAME, problem);
      return problem ? undefined : SKIP;
    },
    filter(cycle, node) {
      const reason = cycles.of(cycle)?.tryOn(node);
      return reason === undefined ? undefined : unresolvable(NAME, reason);
    },
    preScore: (cycle) => (cycles.of(cycle)?.hasAlternatives ? undefined : SKIP),
    score: (cycle, { name }) => cycles.of(cycle)?.scoreOn(name) ?? 0,
    normalize: (_cycle, scores) => normalizeByHighest(scores),
    postFilter: (cycle) => ({ reasons: [cycles.of(cycle)?.makeRoom() ?? 'no new claims to deallocate'] }),
    reserve(cycle, nodeName) {
      cycles.of(cycle)?.reserve(nodeName);
      return undefined;
    },
    unreserve: (cycle) => cycles.of(cycle)?.unreserve(),
    needsPreBind: (cycle) => cycles.of(cycle) !== undefined,
    async preBind(cycle, nodeName, signal) {
      await cycles.of(cycle)?.bind(nodeName, signal);
      return undefined;
    },
  };
}
