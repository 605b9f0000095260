import type { KubernetesObject } from '#api/resource-definition.ts';
import type { RequestContext } from '../filters/request-context.ts';
import { sentValue } from './logged-objects.ts';

/** What an object that is created or updated says of itself; of patches and deletions only the path tells. */
export function sentMetadata(context: RequestContext): KubernetesObject['metadata'] {
  const { body, target } = context;
  if (target?.verb !== 'create' && target?.verb !== 'update') return undefined;
  if (body === undefined || body.type === 'none') return undefined;
  const sent = sentValue(context) as KubernetesObject | undefined;
  return typeof sent === 'object' ? sent?.metadata : undefined;
}
