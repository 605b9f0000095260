import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import type { Pipeline } from '../pipeline.ts';
import { Query, type ResourceRequest } from '../request.ts';
import type { UserInfo } from '../user.ts';
import { type BootstrapObject, bootstrapObjects } from './bootstrap-objects.ts';

/** Makes what is missing of the objects every cluster has: namespaces first, then the rest at once. */
export async function createBootstrapObjects(pipeline: Pipeline, user: UserInfo): Promise<void> {
  const objects = bootstrapObjects();
  const isNamespace = ({ definition }: BootstrapObject) => definition.kind === 'Namespace';
  const create = (each: BootstrapObject) => createMissing(pipeline, user, each);
  await Promise.all(objects.filter(isNamespace).map(create));
  await Promise.all(objects.filter((each) => !isNamespace(each)).map(create));
}

async function createMissing(
  pipeline: Pipeline,
  user: UserInfo,
  { definition, object }: BootstrapObject,
): Promise<void> {
  const { group, version, plural: resource } = definition;
  const { name = '', namespace = '' } = object.metadata ?? {};
  if (pipeline.exists(group, version, resource, { namespace, name })) return;
  const target = {
    verb: 'create',
    group,
    version,
    resource,
    namespace,
    name: '',
    subresource: '',
    subpath: '',
  } as const;
  const request: ResourceRequest = {
    target,
    user,
    query: Query.from({}),
    body: { type: 'object', object },
    userAgent: 'knarr',
    signal: new AbortController().signal,
    warnings: [],
  };
  try {
    await pipeline.handle(request);
  } catch (error) {
    // Another API server over the same store was faster.
    if (!isAlreadyExists(error)) throw error;
  }
}
