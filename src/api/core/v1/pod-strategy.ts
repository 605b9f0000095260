import type { Strategy } from '#api/resource-definition.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { confineAsAnnotated, confinementWarnings } from './app-armor-annotations.ts';
import { podNameWarnings } from './name-warnings.ts';
import type { Pod } from './pod.ts';
import { applyPodDefaults, syncServiceAccount } from './pod-defaults.ts';
import { mergeLabelKeys } from './pod-label-keys.ts';
import { podQosClass } from './pod-qos.ts';
import type { PodCondition, PodStatus } from './pod-status.ts';
import { validatePod, validatePodCreate, validatePodUpdate } from './pod-validation.ts';
import { podWarnings } from './pod-warnings.ts';

export const podStrategy: Strategy<Pod> = {
  returnsDeletedObject: true,
  hasGeneration: true,
  sharedPart: 'spec',
  applyDefaults(pod) {
    applyPodDefaults(pod);
    syncAddresses(pod);
  },
  prepareForCreate(pod) {
    if (pod.spec) {
      syncServiceAccount(pod.spec);
      pod.status = { phase: 'Pending', qosClass: podQosClass(pod.spec), ...gatedConditions(pod) };
      mergeLabelKeys(pod);
      confineAsAnnotated(pod);
    }
  },
  prepareForUpdate(pod) {
    if (pod.spec) syncServiceAccount(pod.spec);
  },
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  warn: (pod, old) => (old ? [] : [...confinementWarnings(pod), ...podNameWarnings(pod), ...podWarnings(pod)]),
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

/**
 * Status updates say nothing about who owns the pod, and forget neither how well it is served nor which generation was
 * seen.
 */
export function preparePodStatus(pod: Mutable<Pod>, old: Pod): void {
  const { ownerReferences } = old.metadata ?? {};
  if (pod.metadata) {
    if (ownerReferences === undefined) delete pod.metadata.ownerReferences;
    else pod.metadata.ownerReferences = deepClone(ownerReferences);
  }
  const status = (pod.status ??= {});
  const before = old.status ?? {};
  if (before.qosClass) status.qosClass ||= before.qosClass;
  if (before.observedGeneration) status.observedGeneration ||= before.observedGeneration;
  if (status.conditions) status.conditions = status.conditions.map((each) => withGeneration(each, before.conditions));
}

function withGeneration(condition: PodCondition, before: PodStatus['conditions'] = []): PodCondition {
  if (condition.observedGeneration) return condition;
  const earlier = before.find(({ type }) => type === condition.type)?.observedGeneration;
  return earlier ? { ...condition, observedGeneration: earlier } : condition;
}

/** Only debugging containers come through. */
export function prepareEphemeralContainers(pod: Mutable<Pod>, old: Pod): void {
  const ephemeralContainers = pod.spec?.ephemeralContainers;
  becomeOld(pod, old);
  if (pod.spec === undefined) return;
  if (ephemeralContainers === undefined) delete pod.spec.ephemeralContainers;
  else pod.spec.ephemeralContainers = ephemeralContainers;
}

/**
 * Only resources and how containers take their change come through. Containers that come, go or move are left as they
 * were sent, for validation to refuse.
 */
export function prepareResize(pod: Mutable<Pod>, old: Pod): void {
  const sent = pod.spec;
  const isInPlace = RESIZED.every((list) => {
    const [wanted, had] = [sent?.[list] ?? [], old.spec?.[list] ?? []];
    return wanted.length === had.length && wanted.every(({ name }, index) => name === had[index]?.name);
  });
  if (!isInPlace) return;
  becomeOld(pod, old);
  if (pod.spec === undefined) return;
  for (const list of RESIZED) {
    for (const [index, container] of (pod.spec[list] ?? []).entries()) {
      const { resources, resizePolicy } = sent?.[list]?.[index] ?? {};
      if (resources === undefined) delete container.resources;
      else container.resources = resources;
      if (resizePolicy === undefined) delete container.resizePolicy;
      else container.resizePolicy = resizePolicy;
    }
  }
  if (sent?.resources === undefined) delete pod.spec.resources;
  else pod.spec.resources = sent.resources;
}

const RESIZED = ['containers', 'initContainers'] as const;
/** What a resize can own. */
export const RESIZED_FIELDS: readonly string[] = [
  ...RESIZED.flatMap((list) => [`spec.${list}.*.resources`, `spec.${list}.*.resizePolicy`]),
  'spec.resources',
];

function becomeOld(pod: Mutable<Pod>, old: Pod): void {
  const { resourceVersion, managedFields } = pod.metadata ?? {};
  const { metadata, spec, status } = deepClone(old);
  pod.metadata = { ...metadata };
  if (resourceVersion !== undefined) pod.metadata.resourceVersion = resourceVersion;
  if (managedFields !== undefined) pod.metadata.managedFields = managedFields;
  if (spec) pod.spec = spec;
  if (status) pod.status = status;
}
