import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import type { Rule } from '../authorization/rbac.ts';
import type { ResourceRequest } from '../request.ts';
import type { RequestHandler } from '../resource-table.ts';
import type { ResourceResult } from '../result.ts';
import type { UserInfo } from '../user.ts';
import { type Decide, reviewLocalSubject, reviewRules, reviewSelf, reviewSubject } from './access-reviews.ts';
import { createComponentStatusHandler } from './component-status.ts';
import { reviewMe, reviewToken, type VerifyToken } from './token-reviews.ts';
import { createAnswerHandler } from './virtual-resource.ts';

export interface VirtualOptions {
  readonly decide: Decide;
  readonly rulesFor: (user: UserInfo, namespace: string) => readonly Rule[];
  readonly verifyToken: VerifyToken;
  readonly audiences: readonly string[];
  readonly now: () => number;
  readonly bindPod: (request: ResourceRequest) => Promise<ResourceResult>;
}

type Answer = (sent: never, request: ResourceRequest) => KubernetesObject | Promise<KubernetesObject>;

/** Handlers of the resources that are not stored; undefined for the others. */
export function virtualHandlers(options: VirtualOptions) {
  const { decide, rulesFor, verifyToken, audiences, now, bindPod } = options;
  const answers: Readonly<Record<string, Answer>> = {
    LocalSubjectAccessReview: reviewLocalSubject(decide),
    SelfSubjectAccessReview: reviewSelf(decide),
    SelfSubjectReview: reviewMe(now),
    SelfSubjectRulesReview: reviewRules(rulesFor),
    SubjectAccessReview: reviewSubject(decide),
    TokenReview: reviewToken(verifyToken, audiences),
  };
  return (definition: AnyResourceDefinition): RequestHandler | undefined => {
    if (definition.kind === 'Binding') return { handle: bindPod };
    if (definition.kind === 'ComponentStatus') return createComponentStatusHandler();
    const answer = answers[definition.kind];
    return answer && createAnswerHandler(definition, answer as never);
  };
}
