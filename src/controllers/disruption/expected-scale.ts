import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import type { OwnerReference } from '#api/meta/v1/object-meta.ts';
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { allResources } from '../shared/resources.ts';

interface Scalable extends KubernetesObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
}

/** Kinds whose objects are followed; of others the server is asked. */
export const SCALABLE = [
  Deployments,
  ReplicaSets,
  StatefulSets,
  ReplicationControllers,
] as unknown as readonly ResourceDefinition<Scalable>[];

interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

/**
 * How many pods the controllers of some pods want together, and whether there are pods without a controller. Rejects when
 * a pod's controller cannot be found or does not say how many it wants.
 */
export async function expectedScale(
  context: ControllerContext,
  options: ControllersOptions,
  pods: readonly Pod[],
): Promise<{ readonly scale: number; readonly hasUnmanaged: boolean }> {
  const owners = new Map<string, Pod>();
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid;
    if (uid !== undefined && !owners.has(uid)) owners.set(uid, pod);
  }
  const scales = new Map<string, number>();
  for (const pod of owners.values()) {
    const owner = controllerOf(pod) as OwnerReference;
    const found = await scaleOf(context, options, { owner, namespace: pod.metadata?.namespace ?? '' });
    if (found === undefined) throw new Error(`found no controllers for pod "${pod.metadata?.name}"`);
    scales.set(found.uid, found.replicas);
  }
  return {
    scale: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0),
    hasUnmanaged: pods.some((pod) => controllerOf(pod) === undefined),
  };
}

interface Owned {
  readonly owner: OwnerReference;
  readonly namespace: string;
}

/**
 * A ReplicaSet of a Deployment counts as the Deployment, whose sets change while it rolls; as itself when the Deployment
 * is gone.
 */
async function scaleOf(
  context: ControllerContext,
  options: ControllersOptions,
  { owner, namespace }: Owned,
): Promise<Scale | undefined> {
  const known = SCALABLE.find((one) => one.kind === owner.kind && isOfItsGroup(one, owner));
  if (known === undefined) return scaleFromServer(context, options, { owner, namespace });
  const object = context.informers.of(known).store.get(owner.name, namespace);
  if (object?.metadata?.uid !== owner.uid) return undefined;
  const above = controllerOf(object);
  const own = { uid: owner.uid, replicas: object.spec?.replicas ?? 1 };
  if (known.kind !== 'ReplicaSet' || above?.kind !== 'Deployment' || !isOfItsGroup(Deployments, above)) return own;
  return (await scaleOf(context, options, { owner: above, namespace })) ?? own;
}

/** Owners may be named in any version, old clusters' even in the group that workloads once were in. */
function isOfItsGroup({ group }: { readonly group: string }, { apiVersion }: OwnerReference): boolean {
  const named = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return named === group || (group === 'apps' && named === 'extensions');
}

async function scaleFromServer(
  { client }: ControllerContext,
  options: ControllersOptions,
  { owner, namespace }: Owned,
): Promise<Scale | undefined> {
  const { apiVersion, kind, name } = owner;
  const definition = allResources(options).find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (definition === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  const { group, version, plural: resource } = definition;
  if (definition.subresources?.scale === undefined) {
    throw new Error(`${resource}${group ? `.${group}` : ''} does not implement the scale subresource`);
  }
  const request = { verb: 'get', group, version, resource, namespace, name, subresource: 'scale' } as const;
  try {
    const scale = (await client.transport.request(request)) as Scalable;
    return scale.metadata?.uid === owner.uid ? { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
