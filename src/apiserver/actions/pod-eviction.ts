import type { Pod } from '#api/core/v1/pod.ts';
import { Eviction } from '#api/policy/v1/eviction.ts';
import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { newBadRequest, newMethodNotAllowed, newNotFound, StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { NO_ADMISSION } from '../admission/admission.ts';
import { decodeAs } from '../registry/decode-body.ts';
import { checkStillMeant, deleteWith } from '../registry/delete.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import { timestamp } from '../registry/object-meta.ts';
import { ownedCopy } from '../registry/owned-copy.ts';
import { groupResourceOf, type RegistryParts } from '../registry/registry-parts.ts';
import type { SubresourceHandler } from '../registry/resource-handler.ts';
import { applyUpdate } from '../registry/update.ts';
import { parseWriteOptions } from '../registry/write-options.ts';
import type { ResourceRequest } from '../request.ts';
import { objectResult } from '../result.ts';
import { admitAction } from './admit-action.ts';

interface PodState {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly { type: string; status: string }[] };
}

/** `pods/eviction`: a delete that first asks the disruption budgets over the pod. */
export function createPodEviction(budgets: () => RegistryParts): SubresourceHandler {
  return async (parts, request) => {
    if (request.target.verb !== 'create') throw newMethodNotAllowed();
    const eviction = decodeAs(Eviction, request, 'policy/v1beta1') as Mutable<Eviction>;
    const { namespace, name } = request.target;
    if (eviction.metadata?.name !== name) throw newBadRequest('name in URL does not match name in Eviction object');
    const entry = parts.storage.get(namespace, name);
    if (entry === undefined) throw newNotFound(groupResourceOf(parts.definition), name);
    const pod = entry.object;
    const options = eviction.deleteOptions ?? {};
    const dryRun = dryRunOf(request, options);
    await admitAction(parts, request, { object: eviction, dryRun: dryRun.length > 0 });
    const admitted = { ...parts, admission: NO_ADMISSION };
    if (!ignoresBudgets(pod)) {
      const over = budgetsOver(budgets(), pod);
      if (over.length > 1) return objectResult(TOO_MANY_BUDGETS, 201);
      for (const budget of over)
        await takeFromBudget({ ...budgets(), admission: NO_ADMISSION }, request, { pod, budget, dryRun });
    }
    const marked = dryRun.length > 0 ? undefined : await markDisrupted(admitted, request, { ...options, dryRun });
    const preconditions = marked ? { preconditions: { ...options.preconditions, ...marked } } : {};
    await deleteWith(admitted, request, { ...options, ...preconditions, dryRun });
    return objectResult(
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as KubernetesObject,
      201,
    );
  };
}

/** Upstream answers this as if it were what was made. */
const TOO_MANY_BUDGETS = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  code: 500,
} as KubernetesObject;

/** Whether nothing is to happen may be said beside the eviction or in it. */
function dryRunOf(
  { query }: ResourceRequest,
  { dryRun: inside = [] }: NonNullable<Eviction['deleteOptions']>,
): readonly string[] {
  const beside = parseWriteOptions(query, 'CreateOptions').dryRun ? query.all('dryRun') : [];
  if (inside.length > 0 && beside.length > 0 && inside.join() !== beside.join())
    throw newBadRequest(
      `Non-matching dry-run options in request and content: [${beside.join(' ')}] and [${inside.join(' ')}]`,
    );
  return inside.length > 0 ? [...inside] : beside;
}

/** Notes on the pod why it goes; answers what a precondition on its revision must say from then on. */
async function markDisrupted(
  parts: RegistryParts,
  request: ResourceRequest,
  options: DeleteOptions,
): Promise<{ readonly resourceVersion: string } | undefined> {
  const target = { ...request.target, subresource: 'status' };
  const { object } = await applyUpdate(parts, {
    request: { ...request, target },
    transform: (old) => {
      checkStillMeant(parts, old, options);
      return withDisruption(old as Pod, timestamp(parts.clock.now()));
    },
    dryRun: false,
    subresource: { group: '', version: 'v1', kind: 'Pod', verbs: ['update'], type: 'status' },
  });
  const { resourceVersion } = object.metadata ?? {};
  return options.preconditions?.resourceVersion && resourceVersion ? { resourceVersion } : undefined;
}

function withDisruption(old: Pod, now: string): Mutable<Pod> {
  const pod = ownedCopy(old);
  if (pod.metadata) delete pod.metadata.resourceVersion;
  const known = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  const condition = {
    type: 'DisruptionTarget' as const,
    status: 'True',
    lastTransitionTime: (known?.status === 'True' ? known.lastTransitionTime : undefined) ?? now,
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    ...(pod.status?.observedGeneration ? { observedGeneration: pod.metadata?.generation } : {}),
  };
  const others = (pod.status?.conditions ?? []).filter((one) => one !== known);
  pod.status = { ...pod.status, conditions: [...others, condition] } as NonNullable<typeof pod.status>;
  return pod;
}

/** Pods that are over or never ran disturb nobody. */
function ignoresBudgets(pod: KubernetesObject): boolean {
  const phase = (pod as PodState).status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || Boolean(pod.metadata?.deletionTimestamp);
}

function budgetsOver({ storage }: RegistryParts, { metadata }: KubernetesObject): PodDisruptionBudget[] {
  return storage.cache
    .list({ prefix: storage.prefix(metadata?.namespace ?? '') })
    .entries.map((entry) => entry.object as PodDisruptionBudget)
    .filter((budget) => selectorFromObject(budget.spec?.selector).matches(metadata?.labels ?? {}));
}

interface Taking {
  readonly pod: KubernetesObject;
  readonly budget: PodDisruptionBudget;
  readonly dryRun: readonly string[];
}

async function takeFromBudget(
  parts: RegistryParts,
  request: ResourceRequest,
  { pod, budget, dryRun }: Taking,
): Promise<void> {
  const podName = pod.metadata?.name ?? '';
  const name = budget.metadata?.name ?? '';
  const target = {
    ...parts,
    ...request.target,
    group: 'policy',
    resource: 'poddisruptionbudgets',
    name,
    subresource: 'status',
  };
  await applyUpdate(parts, {
    request: { ...request, target },
    transform: (old) => withOneLess(old as PodDisruptionBudget, { podName, pod, now: timestamp(parts.clock.now()) }),
    dryRun: dryRun.length > 0,
    subresource: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', verbs: ['update'], type: 'status' },
  });
}

function withOneLess(
  old: PodDisruptionBudget,
  { podName, pod, now }: { podName: string; pod: KubernetesObject; now: string },
): Mutable<PodDisruptionBudget> {
  const { observedGeneration = 0, disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0 } = old.status ?? {};
  const name = old.metadata?.name ?? '';
  const ready = (pod as PodState).status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const isHealthy = desiredHealthy > 0 && currentHealthy >= desiredHealthy;
  const unhealthyMayGo = old.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || isHealthy;
  const budget = ownedCopy(old);
  if (budget.metadata) delete budget.metadata.resourceVersion;
  if (!ready && unhealthyMayGo) return budget;
  if (observedGeneration < (old.metadata?.generation ?? 0)) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (disruptionsAllowed <= 0) {
    const failed = old.status?.conditions?.find(
      ({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed',
    );
    const why = failed
      ? `does not allow evicting pods currently because it failed sync: ${failed.message}`
      : `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
    throw tooMany(`The disruption budget ${name} ${why}`, 0);
  }
  const status = (budget.status ??= {} as NonNullable<typeof budget.status>);
  status.disruptionsAllowed = disruptionsAllowed - 1;
  (status.disruptedPods ??= {})[podName] = now;
  return budget;
}

const tooMany = (message: string, retryAfterSeconds: number) =>
  new StatusError({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds ? { retryAfterSeconds } : {}) },
  });
