import type { Strategy } from '#api/resource-definition.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Pod } from './pod.ts';
import { applyPodDefaults, syncServiceAccount } from './pod-defaults.ts';
import { mergeLabelKeys } from './pod-label-keys.ts';
import { podQosClass } from './pod-qos.ts';
import type { PodStatus } from './pod-status.ts';
import { validatePod, validatePodCreate, validatePodUpdate } from './pod-validation.ts';
import { podWarnings } from './pod-warnings.ts';

export const podStrategy: Strategy<Pod> = {
  hasGeneration: true,
  applyDefaults(pod) {
    applyPodDefaults(pod);
    syncAddresses(pod);
  },
  prepareForCreate(pod) {
    if (pod.spec) {
      syncServiceAccount(pod.spec);
      pod.status = { phase: 'Pending', qosClass: podQosClass(pod.spec), ...gatedConditions(pod) };
      mergeLabelKeys(pod);
    }
  },
  prepareForUpdate(pod) {
    if (pod.spec) syncServiceAccount(pod.spec);
  },
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  warn: (pod) => podWarnings(pod),
  gracePeriod({ spec, status }, requested) {
    if (!spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
    const period = requested ?? spec.terminationGracePeriodSeconds ?? 0;
    return period < 0 ? 1 : period;
  },
};

/** A pod that waits at a gate says so from the start. */
const gatedConditions = ({ metadata, spec }: Pod): Pick<Mutable<PodStatus>, 'conditions'> =>
  spec?.schedulingGates?.length
    ? {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            ...(metadata?.creationTimestamp ? { lastTransitionTime: metadata.creationTimestamp } : {}),
            reason: 'SchedulingGated',
            message: 'Scheduling is blocked due to non-empty scheduling gates',
          },
        ],
      }
    : {};

/** The first address is also the address. */
function syncAddresses({ status }: Mutable<Pod>): void {
  if (status === undefined) return;
  const first = status.podIPs?.[0]?.ip;
  if (!status.podIP) {
    if (first) status.podIP = first;
  } else if (status.podIP !== first) status.podIPs = [{ ip: status.podIP }];
}

/** Status updates say nothing about who owns the pod, and do not forget how well it is served. */
export function preparePodStatus(pod: Mutable<Pod>, old: Pod): void {
  const { ownerReferences } = old.metadata ?? {};
  if (pod.metadata) {
    if (ownerReferences === undefined) delete pod.metadata.ownerReferences;
    else pod.metadata.ownerReferences = deepClone(ownerReferences);
  }
  if (pod.status && !pod.status.qosClass && old.status?.qosClass) pod.status.qosClass = old.status.qosClass;
}

/** Only debugging containers come through. */
export function prepareEphemeralContainers(pod: Mutable<Pod>, old: Pod): void {
  const ephemeralContainers = pod.spec?.ephemeralContainers;
  becomeOld(pod, old);
  if (pod.spec === undefined) return;
  if (ephemeralContainers === undefined) delete pod.spec.ephemeralContainers;
  else pod.spec.ephemeralContainers = ephemeralContainers;
}

/** Only resources and how containers take their change come through. */
export function prepareResize(pod: Mutable<Pod>, old: Pod): void {
  const sent = pod.spec;
  becomeOld(pod, old);
  if (pod.spec === undefined) return;
  for (const list of ['containers', 'initContainers'] as const) {
    for (const container of pod.spec[list] ?? []) {
      const wanted = sent?.[list]?.find(({ name }) => name === container.name);
      if (wanted === undefined) continue;
      if (wanted.resources) container.resources = wanted.resources;
      if (wanted.resizePolicy) container.resizePolicy = wanted.resizePolicy;
    }
  }
  if (sent?.resources) pod.spec.resources = sent.resources;
}

function becomeOld(pod: Mutable<Pod>, old: Pod): void {
  const { resourceVersion, managedFields } = pod.metadata ?? {};
  const { metadata, spec, status } = deepClone(old);
  pod.metadata = { ...metadata };
  if (resourceVersion !== undefined) pod.metadata.resourceVersion = resourceVersion;
  if (managedFields !== undefined) pod.metadata.managedFields = managedFields;
  if (spec) pod.spec = spec;
  if (status) pod.status = status;
}
