import { recovering, whenThere } from '#base/maybe-promise.ts';
import { Impersonation } from '../authentication/impersonation.ts';
import { readWantedUser, type WantedUser } from '../authentication/impersonation-headers.ts';
import type { Decide } from '../authorization/authorizer.ts';
import type { ImpersonationMetrics } from '../metrics/impersonation-metrics.ts';
import type { Pipeline } from '../pipeline.ts';
import { attributesOf } from './authorization.ts';
import type { Filter } from './filter.ts';
import type { RequestContext } from './request-context.ts';

/** Lets a request go on as the user that its headers name, where its own user may act as that one. */
export const impersonation = (pipeline: Pick<Pipeline, 'decide'>, metrics: ImpersonationMetrics): Filter => {
  const acting = new Impersonation(measured(pipeline, metrics));
  const actAs = async (context: RequestContext, wanted: WantedUser) => {
    const startedAt = metrics.now();
    let constraint: string | undefined;
    try {
      context.user = await acting.actAs(wanted, attributesOf(context));
      constraint = context.user.impersonationConstraint ?? '';
    } finally {
      context.latencies.impersonation = metrics.attempted(constraint, startedAt);
    }
  };
  return (next) => (context) => {
    const become = recovering(
      () => {
        const wanted = readWantedUser(context);
        return wanted && actAs(context, wanted);
      },
      (error) => {
        context.setHeader('x-content-type-options', 'nosniff');
        throw error;
      },
    );
    return whenThere(become, () => next(context));
  };
};

/** Tells of each question, how long its answer took. */
const measured =
  (pipeline: Pick<Pipeline, 'decide'>, metrics: ImpersonationMetrics): Decide =>
  async (attributes) => {
    const startedAt = metrics.now();
    const decision = await pipeline.decide(attributes);
    metrics.asked(attributes.verb, decision.allowed, startedAt);
    return decision;
  };
