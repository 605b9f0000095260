import type { Pod } from '#api/core/v1/pod.ts';
import { Eviction } from '#api/policy/v1/eviction.ts';
import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { newInternalError, newMethodNotAllowed, newNotFound, StatusError } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { NO_ADMISSION } from '../admission/admission.ts';
import { decodeAs } from '../registry/decode-body.ts';
import { checkPreconditions, deleteWith } from '../registry/delete.ts';
import type { DeleteOptions } from '../registry/delete-options.ts';
import { timestamp } from '../registry/object-meta.ts';
import { ownedCopy } from '../registry/owned-copy.ts';
import { groupResourceOf, type RegistryParts } from '../registry/registry-parts.ts';
import type { SubresourceHandler } from '../registry/resource-handler.ts';
import { applyUpdate } from '../registry/update.ts';
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
    const eviction = decodeAs(Eviction, request) as Mutable<Eviction>;
    const { namespace, name } = request.target;
    const entry = parts.storage.get(namespace, name);
    if (entry === undefined) throw newNotFound(groupResourceOf(parts.definition), name);
    const pod = entry.object;
    const options = eviction.deleteOptions ?? {};
    const dryRun = options.dryRun ?? [];
    await admitAction(parts, request, { object: eviction, dryRun: dryRun.length > 0 });
    const admitted = { ...parts, admission: NO_ADMISSION };
    if (!ignoresBudgets(pod))
      await takeFromBudget({ ...budgets(), admission: NO_ADMISSION }, request, pod, dryRun.length > 0);
    const marked = dryRun.length > 0 ? undefined : await markDisrupted(admitted, request, { ...options, dryRun });
    const preconditions = marked ? { preconditions: { ...options.preconditions, ...marked } } : {};
    await deleteWith(admitted, request, { ...options, ...preconditions, dryRun });
    return objectResult(
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as KubernetesObject,
      201,
    );
  };
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
      checkPreconditions(parts, old, options);
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

async function takeFromBudget(
  parts: RegistryParts,
  request: ResourceRequest,
  pod: KubernetesObject,
  dryRun: boolean,
): Promise<void> {
  const { namespace = '', labels, name: podName = '' } = pod.metadata ?? {};
  const prefix = parts.storage.prefix(namespace);
  const matching = parts.storage.cache
    .list({ prefix })
    .entries.map((entry) => entry.object as PodDisruptionBudget)
    .filter((budget) => selectorFromObject(budget.spec?.selector).matches(labels ?? {}));
  if (matching.length > 1) {
    throw newInternalError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = matching;
  if (budget === undefined) return;
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
    dryRun,
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
