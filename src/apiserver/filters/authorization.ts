import type { Cell } from '#base/metrics/metric-registry.ts';
import type { Attributes } from '../authorization/authorizer.ts';
import { forbiddenError } from '../authorization/forbidden.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Counts of requests that were and were not allowed. */
export interface AuthorizationAttempts {
  readonly allowed: Cell;
  readonly denied: Cell;
}

/** Refuses what the user may not do, and tells the audit log why. */
export const authorization =
  (pipeline: Pick<Pipeline, 'decide'>, attempts?: AuthorizationAttempts): Filter =>
  (next) =>
  async (context) => {
    const attributes = attributesOf(context);
    const { allowed, reason } = await pipeline.decide(attributes);
    context.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    context.annotate('authorization.k8s.io/reason', reason);
    attempts?.[allowed ? 'allowed' : 'denied'].inc();
    if (!allowed) throw forbiddenError(attributes, reason);
    return next(context);
  };

function attributesOf({ user, verb, target, path }: RequestContext): Attributes {
  if (target === undefined) return { user, verb, path };
  const { group, version, resource, subresource, namespace, name } = target;
  return { user, verb, group, version, resource, subresource, namespace, name };
}
