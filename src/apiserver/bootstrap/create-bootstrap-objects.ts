import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { isAlreadyExists, isConflict } from '#machinery/errors/status-error.ts';
import { InProcessTransport } from '../in-process-transport.ts';
import type { Pipeline } from '../pipeline.ts';
import type { UserInfo } from '../user.ts';
import { type BootstrapObject, bootstrapObjects } from './bootstrap-objects.ts';
import { reconcileRbac } from './reconcile-rbac.ts';

/**
 * Makes what is missing of the objects every cluster has, namespaces first, then the rest at once, and adds to roles and
 * bindings what a newer version wants of them.
 */
export async function createBootstrapObjects(
  pipeline: Pipeline,
  user: UserInfo,
  featureGates: ReadonlySet<string>,
): Promise<void> {
  const objects = bootstrapObjects(featureGates);
  const isNamespace = ({ definition }: BootstrapObject) => definition.kind === 'Namespace';
  const make = (each: BootstrapObject) => ensure(pipeline, user, each);
  await Promise.all(objects.filter(isNamespace).map(make));
  await Promise.all(objects.filter((each) => !isNamespace(each)).map(make));
}

async function ensure(pipeline: Pipeline, user: UserInfo, { definition, object }: BootstrapObject): Promise<void> {
  const call = caller(pipeline, user, definition);
  const { name = '', namespace = '' } = object.metadata ?? {};
  const { group, version, plural } = definition;
  if (!pipeline.exists(group, version, plural, { namespace, name })) return create(call, object);
  if (group !== 'rbac.authorization.k8s.io') return;
  const result = reconcileRbac(object, await call('get', object));
  if (result.action === 'recreate') {
    await call('delete', object);
    await create(call, object);
  } else if (result.action === 'update') await update(call, result.object);
}

async function create(call: Call, object: KubernetesObject): Promise<void> {
  try {
    await call('create', object);
  } catch (error) {
    // Another API server over the same store was faster.
    if (!isAlreadyExists(error)) throw error;
  }
}

async function update(call: Call, object: KubernetesObject): Promise<void> {
  try {
    await call('update', object);
  } catch (error) {
    // Another API server over the same store does the same.
    if (!isConflict(error)) throw error;
  }
}

type Call = (verb: 'create' | 'delete' | 'get' | 'update', object: KubernetesObject) => Promise<KubernetesObject>;

/** Requests for one resource as the server's own user. */
function caller(pipeline: Pipeline, user: UserInfo, definition: AnyResourceDefinition): Call {
  const { group, version, plural: resource } = definition;
  const transport = new InProcessTransport(pipeline, user);
  return async (verb, object) => {
    const { name = '', namespace = '' } = object.metadata ?? {};
    const isWrite = verb === 'create' || verb === 'update';
    const request = { verb, group, version, resource, namespace, ...(verb === 'create' ? {} : { name }) };
    return (await transport.request({ ...request, ...(isWrite ? { body: object } : {}) })) as KubernetesObject;
  };
}
