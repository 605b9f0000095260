import type { Pod } from '#api/core/v1/pod.ts';
import { Eviction } from '#api/policy/v1/eviction.ts';
import type { PodDisruptionBudget } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import {
  isConflict,
  newBadRequest,
  newInvalid,
  newMethodNotAllowed,
  newNotFound,
} from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
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
import { budgetsOver, mayGoUnhealthy, stillProcessed, takeFromBudget } from './disruption-budgets.ts';
import { withPodCondition } from './pod-condition.ts';

/** `pods/eviction`: a delete that first asks the disruption budgets over the pod. */
export function createPodEviction(budgets: () => RegistryParts): SubresourceHandler {
  return async (parts, request) => {
    if (request.target.verb !== 'create') throw newMethodNotAllowed();
    const eviction = decodeAs(Eviction, request, 'policy/v1beta1') as Mutable<Eviction>;
    const { name } = request.target;
    if (eviction.metadata?.name !== name) throw newBadRequest('name in URL does not match name in Eviction object');
    const options = eviction.deleteOptions ?? {};
    checkOptions(options, name);
    const dryRun = dryRunOf(request, options);
    await admitAction(parts, request, { object: eviction, dryRun: dryRun.length > 0 });
    const call = { parts: { ...parts, admission: NO_ADMISSION }, request, options: { ...options, dryRun } };
    const pod = await evictUnguarded(call);
    if (pod === undefined) return objectResult(SUCCESS, 201);
    const over = budgetsOver(budgets(), pod);
    if (over.length > 1) return objectResult(TOO_MANY_BUDGETS, 201);
    const [budget] = over;
    if (budget && mayGoUnhealthy(pod, budget)) await evictUnhealthy(call, pod, budget);
    else {
      const among = { ...budgets(), admission: NO_ADMISSION };
      if (budget) await takeFromBudget(among, request, { podName: name, budget, dryRun: dryRun.length > 0 });
      await markAndDelete(call);
    }
    return objectResult(SUCCESS, 201);
  };
}

const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as KubernetesObject;

/** Upstream answers this as if it were what was made. */
const TOO_MANY_BUDGETS = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  code: 500,
} as KubernetesObject;

function checkOptions(options: NonNullable<Eviction['deleteOptions']>, name: string): void {
  if (!options.ignoreStoreReadErrorWithClusterBreakingPotential) return;
  const field = new FieldPath('deleteOptions').child('ignoreStoreReadErrorWithClusterBreakingPotential');
  const error = invalid(field, true, 'can not be set for pod eviction, try after removing the option');
  throw newInvalid({ group: 'policy', kind: 'Eviction' }, name, [error]);
}

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

interface EvictionCall {
  readonly parts: RegistryParts;
  readonly request: ResourceRequest;
  readonly options: DeleteOptions;
}

/** How often a pod is looked at again that others change at the same time. */
const ATTEMPTS = 20;

/**
 * Evicts a pod that no budget guards in its state; answers it otherwise. One that changes meanwhile is looked at again:
 * it may have begun to run, and then counts.
 */
async function evictUnguarded({ parts, request, options }: EvictionCall): Promise<Pod | undefined> {
  for (let attempt = 1; ; attempt++) {
    const pod = podOf(parts, request);
    if (!ignoresBudgets(pod)) return pod;
    const insists = Boolean(options.preconditions?.resourceVersion);
    const mayBegin = pod.status?.phase === 'Pending' && !pod.metadata?.deletionTimestamp;
    const meant = mayBegin && !insists ? asItIs(pod, options) : options;
    try {
      await markAndDelete({ parts, request, options: meant });
      return undefined;
    } catch (error) {
      if (insists || !isConflict(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** A pod that is not ready does not count, as long as it is not: one that becomes ready meanwhile stays. */
async function evictUnhealthy(call: EvictionCall, pod: Pod, budget: PodDisruptionBudget): Promise<void> {
  try {
    await markAndDelete({ ...call, options: asItIs(pod, call.options) });
  } catch (error) {
    if (isConflict(error) && !call.options.preconditions?.resourceVersion)
      throw stillProcessed(budget.metadata?.name ?? '');
    throw error;
  }
}

const asItIs = ({ metadata }: Pod, options: DeleteOptions): DeleteOptions => ({
  ...options,
  preconditions: { ...options.preconditions, resourceVersion: metadata?.resourceVersion },
});

function podOf(parts: RegistryParts, { target: { namespace, name } }: ResourceRequest): Pod {
  const entry = parts.storage.get(namespace, name);
  if (entry === undefined) throw newNotFound(groupResourceOf(parts.definition), name);
  return parts.view.object(entry) as Pod;
}

async function markAndDelete({ parts, request, options }: EvictionCall): Promise<void> {
  const marked = options.dryRun.length > 0 ? undefined : await markDisrupted(parts, request, options);
  const preconditions = marked ? { preconditions: { ...options.preconditions, ...marked } } : {};
  await deleteWith(parts, request, { ...options, ...preconditions });
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
  const said = { status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
  const conditions = withPodCondition(pod.status?.conditions, { type: 'DisruptionTarget', ...said }, now);
  pod.status = { ...pod.status, conditions } as NonNullable<typeof pod.status>;
  return pod;
}

/** Pods that are over or never ran disturb nobody. */
function ignoresBudgets({ metadata, status }: Pod): boolean {
  const { phase } = status ?? {};
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || Boolean(metadata?.deletionTimestamp);
}
