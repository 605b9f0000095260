import type { PodAffinityTerm } from '#api/core/v1/affinity.ts';
import type { Container } from '#api/core/v1/container.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podQosClass } from '#api/core/v1/pod-qos.ts';
import type { ScopedResourceSelectorRequirement } from '#api/core/v1/resource-quota.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import { type Amounts, ONE, readAmounts } from './amounts.ts';
import { countName, type Evaluator, isCreation } from './evaluator.ts';
import { podLimitTotals, podRequestTotals } from './pod-totals.ts';
import { matchesValues } from './scopes.ts';

const REQUESTS = 'requests.';
const LIMITS = 'limits.';
const HUGE_PAGES = 'hugepages-';
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const COUNT = countName('pods');
const NAMES = new Set([COUNT, 'pods', ...COMPUTE.flatMap((name) => [name, REQUESTS + name, LIMITS + name])]);
/** Who has a quota of these has to say of every container how much it takes. */
const DEMANDED = ['cpu', 'memory'].flatMap((name) => [name, REQUESTS + name, LIMITS + name]);

/** Pods and what they ask for, until they have ended. */
export const podEvaluator: Evaluator = {
  resource: 'pods',
  handles: (write) => isCreation(write) || (write.operation === 'UPDATE' && write.subresource === 'resize'),
  measures: (name) =>
    NAMES.has(name) ||
    name.startsWith(HUGE_PAGES) ||
    name.startsWith(REQUESTS + HUGE_PAGES) ||
    (name.startsWith(REQUESTS) && !isNative(name)),
  inScope: (scope, object) => podInScope(scope, object as Pod),
  usage(object, now) {
    const pod = object as Pod;
    const count: Amounts = new Map([[COUNT, ONE]]);
    if (!isCharged(pod, now)) return count;
    return new Map([...count, ...computeUsage(podRequestTotals(pod), podLimitTotals(pod))]);
  },
  missing: (names, object) => missingResources(names, object as Pod),
};

/** Names without a domain, and those of Kubernetes' own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** A resource of some device, as containers name it. */
const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith(REQUESTS);

/** Pods that ended, and those that should long be gone, take nothing from others. */
export const isCharged = (pod: Pod, now: number): boolean =>
  pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded' && now <= expiryOf(pod);

/** When a pod that is being deleted counts no more, gone or not, in milliseconds since the epoch; infinity for others. */
export function expiryOf({ metadata }: Pod): number {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {};
  if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return Number.POSITIVE_INFINITY;
  return parseTime(deletionTimestamp) + millisecondsOf(deletionGracePeriodSeconds);
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map<string, Quantity>([['pods', ONE]]);
  for (const [name, amount] of requests) {
    const isPages = name.startsWith(HUGE_PAGES);
    if (COMPUTE.includes(name) || isPages) usage.set(name, amount);
    if (COMPUTE.includes(name) || isPages || isExtended(name)) usage.set(REQUESTS + name, amount);
  }
  for (const [name, amount] of limits) if (COMPUTE.includes(name)) usage.set(LIMITS + name, amount);
  return usage;
}

/** A pod that says for itself what it takes need not say it of its containers. */
function missingResources(names: readonly string[], { spec }: Pod): string | undefined {
  const demanded = DEMANDED.filter((name) => names.includes(name)).sort();
  const own = new Set(usedBy(spec));
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const texts = demanded
    .filter((name) => !own.has(name))
    .map((name) => ({ name, lacking: containers.filter((each) => !usedBy(each).includes(name)) }))
    .filter(({ lacking }) => lacking.length > 0)
    .map(({ name, lacking }) => `${name} for: ${[...new Set(lacking.map((each) => each.name))].sort().join(',')}`);
  return texts.length === 0 ? undefined : `must specify ${texts.join('; ')}`;
}

const usedBy = (holder: Pick<Container, 'resources'> | undefined): string[] => [
  ...computeUsage(readAmounts(holder?.resources?.requests), readAmounts(holder?.resources?.limits)).keys(),
];

function podInScope(scope: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  const terminates = spec?.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
  switch (scope.scopeName) {
    case 'Terminating':
      return terminates;
    case 'NotTerminating':
      return !terminates;
    case 'BestEffort':
      return spec !== undefined && podQosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return spec !== undefined && podQosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesValues(scope, spec?.priorityClassName ? [spec.priorityClassName] : []);
    case 'CrossNamespacePodAffinity':
      return affinityTerms(spec).some(
        (term) => Boolean(term?.namespaces?.length) || term?.namespaceSelector !== undefined,
      );
    default:
      return false;
  }
}

function affinityTerms(spec: Pod['spec']): (PodAffinityTerm | undefined)[] {
  return [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}
