import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Authentication } from '../authentication/authentication.ts';
import type { Authorization } from '../authorization/authorization.ts';
import type { ResourceRequest } from '../request.ts';
import type { RequestHandler } from '../resource-table.ts';
import type { ResourceResult } from '../result.ts';
import { reviewLocalSubject, reviewSelf, reviewSubject } from './access-reviews.ts';
import { createComponentStatusHandler } from './component-status.ts';
import { reviewRules } from './rules-review.ts';
import { reviewMe, reviewToken } from './token-reviews.ts';
import { createAnswerHandler } from './virtual-resource.ts';

export interface VirtualOptions {
  readonly authorization: Authorization;
  readonly verifyToken: Authentication['verifyToken'];
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly bindPod: (request: ResourceRequest) => Promise<ResourceResult>;
}

type Answer = (sent: never, request: ResourceRequest) => KubernetesObject | Promise<KubernetesObject>;

/** Handlers of the resources that are not stored; undefined for the others. */
export function virtualHandlers(options: VirtualOptions) {
  const { authorization, verifyToken, audiences, clock, bindPod } = options;
  const { decide, rulesFor } = authorization;
  const answers: Readonly<Record<string, Answer>> = {
    LocalSubjectAccessReview: reviewLocalSubject(decide),
    SelfSubjectAccessReview: reviewSelf(decide),
    SelfSubjectReview: reviewMe(clock),
    SelfSubjectRulesReview: reviewRules(rulesFor),
    SubjectAccessReview: reviewSubject(decide),
    TokenReview: reviewToken(verifyToken, audiences),
  };
  return (definition: AnyResourceDefinition): RequestHandler | undefined => {
    if (definition.kind === 'Binding') return { handle: bindPod };
    if (definition.kind === 'ComponentStatus') return createComponentStatusHandler();
    const answer = answers[definition.kind];
    return answer && createAnswerHandler({ definition, clock }, answer as never);
  };
}
