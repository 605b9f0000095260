import type { Pod } from '#api/core/v1/pod.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '#api/policy/v1/pod-disruption-budget.ts';
import { newForbidden, StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { timestamp } from '../registry/object-meta.ts';
import { ownedCopy } from '../registry/owned-copy.ts';
import type { RegistryParts } from '../registry/registry-parts.ts';
import { applyUpdate } from '../registry/update.ts';
import type { ResourceRequest } from '../request.ts';

/** The budgets that guard a pod. */
export function budgetsOver({ storage }: RegistryParts, { metadata }: Pod): PodDisruptionBudget[] {
  return storage.cache
    .list({ prefix: storage.prefix(metadata?.namespace ?? '') })
    .entries.map((entry) => entry.object as PodDisruptionBudget)
    .filter((budget) => selectorFromObject(budget.spec?.selector).matches(metadata?.labels ?? {}));
}

/** Whether a pod may go because it is not ready: always, or as long as what the budget guards has enough that are. */
export function mayGoUnhealthy(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')) return false;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (desiredHealthy > 0 && currentHealthy >= desiredHealthy);
}

/** Notes in the budget that a pod is about to go. Throws when it does not let any. */
export async function takeFromBudget(
  parts: RegistryParts,
  request: ResourceRequest,
  taking: { readonly podName: string; readonly budget: PodDisruptionBudget; readonly dryRun: boolean },
): Promise<void> {
  const { podName, budget, dryRun } = taking;
  const target = {
    ...parts,
    ...request.target,
    group: 'policy',
    resource: 'poddisruptionbudgets',
    name: budget.metadata?.name ?? '',
    subresource: 'status',
  };
  await applyUpdate(parts, {
    request: { ...request, target },
    transform: (old) => withOneLess(old as PodDisruptionBudget, podName, timestamp(parts.clock.now())),
    dryRun,
    subresource: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', verbs: ['update'], type: 'status' },
  });
}

/** So many evictions may be under way that the budget's controller has not heard of. */
const MAX_DISRUPTED_PODS = 2000;

function withOneLess(old: PodDisruptionBudget, podName: string, now: string): Mutable<PodDisruptionBudget> {
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = old.status ?? {};
  const { name = '', generation = 0 } = old.metadata ?? {};
  const forbidden = (why: string) => newForbidden({ group: 'policy', resource: 'poddisruptionbudget' }, name, why);
  if (observedGeneration < generation) throw stillProcessed(name);
  if (disruptionsAllowed < 0) throw forbidden('pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS)
    throw forbidden('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed === 0) throw tooMany(`The disruption budget ${name} ${whyNot(old.status)}`, 0);
  const budget = ownedCopy(old);
  if (budget.metadata) delete budget.metadata.resourceVersion;
  const status = (budget.status ??= {} as NonNullable<typeof budget.status>);
  status.disruptionsAllowed = disruptionsAllowed - 1;
  if (status.disruptionsAllowed === 0) status.conditions = withNoneAllowed(status, now) as typeof status.conditions;
  (status.disruptedPods ??= {})[podName] = now;
  return budget;
}

function whyNot(status: PodDisruptionBudget['status']): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status ?? {};
  const said = conditions.find((each) => each.type === ALLOWED && each.status === 'False' && each.message !== '');
  // How many are healthy means nothing where counting them failed.
  if (said?.reason === 'SyncFailed')
    return `does not allow evicting pods currently because it failed sync: ${said.message}`;
  if (currentHealthy <= desiredHealthy)
    return `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return `does not allow evicting pods currently${said ? ` (${said.reason}): ${said.message}` : ''}`;
}

const ALLOWED = 'DisruptionAllowed';

/** The conditions of a budget whose last disruption has been taken. */
function withNoneAllowed({ conditions = [], observedGeneration }: PodDisruptionBudgetStatus, now: string): object[] {
  const at = conditions.findIndex(({ type }) => type === ALLOWED);
  const before = conditions[at];
  const condition = {
    type: ALLOWED,
    status: 'False',
    ...(observedGeneration ? { observedGeneration } : {}),
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
    reason: 'InsufficientPods',
    message: '',
  };
  return at < 0 ? [...conditions, condition] : conditions.map((each, index) => (index === at ? condition : each));
}

/** What is said where the budget's controller has not caught up. */
export const stillProcessed = (name: string): StatusError =>
  tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);

const tooMany = (message: string, retryAfterSeconds: number) =>
  new StatusError({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds ? { retryAfterSeconds } : {}) },
  });
