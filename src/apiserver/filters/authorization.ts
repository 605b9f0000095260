import type { Cell } from '#base/metrics/metric-registry.ts';
import type { Attributes } from '../authorization/authorizer.ts';
import { refusal } from '../authorization/forbidden.ts';
import { requestAttributes } from '../authorization/request-attributes.ts';
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
  (pipeline: Pick<Pipeline, 'decide'>, attempts: AuthorizationAttempts): Filter =>
  (next) =>
  async (context) => {
    const attributes = attributesOf(context);
    const decision = await pipeline.decide(attributes);
    const { allowed, reason, evaluationError } = decision;
    const isDecided = allowed || !evaluationError;
    if (isDecided) context.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    context.annotate('authorization.k8s.io/reason', isDecided ? reason : 'internal error');
    attempts[allowed ? 'allowed' : 'denied'].inc();
    if (!allowed) throw refusal(attributes, decision);
    return next(context);
  };

/** What a request wants to do. */
export const attributesOf = ({ user, verb, target, path, query }: RequestContext): Attributes =>
  target === undefined ? { user, verb, path } : requestAttributes(target, { user, verb, query });
