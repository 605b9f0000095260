import { whenThere } from '#base/maybe-promise.ts';
import type { Attributes } from '../authorization/authorizer.ts';
import { forbiddenError } from '../authorization/forbidden.ts';
import { requestAttributes } from '../authorization/request-attributes.ts';
import type { AccessMetrics } from '../metrics/access-metrics.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Filter } from './filter.ts';
import { respondInternalError } from './internal-error.ts';
import type { RequestContext } from './request-context.ts';

/** Refuses what the user may not do, and tells the audit log why. */
export const authorization =
  (pipeline: Pick<Pipeline, 'decide'>, metrics: AccessMetrics): Filter =>
  (next) =>
  (context) => {
    const attributes = attributesOf(context);
    const startedAt = metrics.now();
    return whenThere(pipeline.decide(attributes), (decision) => {
      context.latencies.authorization = metrics.decided(decision, startedAt);
      const { allowed, reason, evaluationError } = decision;
      const isDecided = allowed || !evaluationError;
      if (isDecided) context.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
      context.annotate('authorization.k8s.io/reason', isDecided ? reason : 'internal error');
      if (!isDecided) return respondInternalError(context, evaluationError as string);
      if (allowed) return next(context);
      context.setHeader('x-content-type-options', 'nosniff');
      throw forbiddenError(attributes, reason);
    });
  };

/** What a request wants to do. */
export const attributesOf = ({ user, verb, target, path, query }: RequestContext): Attributes =>
  target === undefined ? { user, verb, path } : requestAttributes(target, { user, verb, query });
