import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { AdmissionChain } from '../admission/admission.ts';
import type { Authentication } from '../authentication/authentication.ts';
import type { Authorization } from '../authorization/authorization.ts';
import type { ResourceRequest } from '../request.ts';
import type { RequestHandler } from '../resource-table.ts';
import type { ResourceResult } from '../result.ts';
import { reviewLocalSubject, reviewSelf, reviewSubject } from './access-reviews.ts';
import { createComponentStatusHandler } from './component-status.ts';
import { reviewRules } from './rules-review.ts';
import { reviewMe, reviewToken } from './token-reviews.ts';
import { type Answer, createAnswerHandler } from './virtual-resource.ts';

export interface VirtualOptions {
  readonly authorization: Authorization;
  readonly verifyToken: Authentication['verifyToken'];
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly admission: AdmissionChain;
  readonly bindPod: (request: ResourceRequest) => Promise<ResourceResult>;
}

/** Handlers of the resources that are not stored; undefined for the others. */
export function virtualHandlers(options: VirtualOptions) {
  const { authorization, verifyToken, audiences, clock, admission, bindPod } = options;
  const { decide, rulesFor } = authorization;
  // Each is given objects of its own kind.
  const answers: Readonly<Record<string, unknown>> = {
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
    const answer = answers[definition.kind] as Answer<KubernetesObject> | undefined;
    return answer && createAnswerHandler({ definition, clock, admission }, answer);
  };
}
