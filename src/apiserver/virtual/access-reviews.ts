import type { LocalSubjectAccessReview } from '#api/authorization/v1/local-subject-access-review.ts';
import type { ResourceAttributes as ResourceAttributesSpec } from '#api/authorization/v1/resource-attributes.ts';
import type { SelfSubjectAccessReview } from '#api/authorization/v1/self-subject-access-review.ts';
import type { SubjectAccessReview } from '#api/authorization/v1/subject-access-review.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Attributes, Decide, Decision, SelectorRequirement } from '../authorization/authorizer.ts';
import { readFieldSelector, readLabelSelector } from '../authorization/request-attributes.ts';
import type { ResourceRequest } from '../request.ts';
import type { UserInfo } from '../user.ts';
import { checkLocalReview, checkReview, checkSelfReview, type ReviewSpec } from './access-review-validation.ts';

/** May I? */
export const reviewSelf = (decide: Decide) => async (review: SelfSubjectAccessReview, request: ResourceRequest) => {
  checkSelfReview(review);
  return { ...review, status: statusOf(await decide(attributesOf(review.spec, request.user))) };
};

/** May they? */
export const reviewSubject = (decide: Decide) => async (review: SubjectAccessReview) => {
  checkReview(review);
  return { ...review, status: statusOf(await decide(attributesOf(review.spec, subjectOf(review.spec)))) };
};

/** May they, here? */
export const reviewLocalSubject =
  (decide: Decide) => async (review: LocalSubjectAccessReview, request: ResourceRequest) => {
    const { namespace } = request.target;
    const own = review.metadata?.namespace || namespace;
    if (own !== namespace) {
      throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    checkLocalReview(review, namespace);
    return { ...review, status: statusOf(await decide(attributesOf(review.spec, subjectOf(review.spec)))) };
  };

const statusOf = ({ allowed, denied, reason, evaluationError }: Decision) => ({
  allowed,
  ...(denied ? { denied } : {}),
  ...(reason ? { reason } : {}),
  ...(evaluationError ? { evaluationError } : {}),
});

function attributesOf(spec: ReviewSpec, user: UserInfo): Attributes {
  const { resourceAttributes, nonResourceAttributes: path } = spec;
  if (path) return { user, verb: path.verb ?? '', path: path.path ?? '' };
  const resource: ResourceAttributesSpec = resourceAttributes ?? {};
  return {
    user,
    verb: resource.verb ?? '',
    group: resource.group ?? '',
    version: resource.version || '*',
    resource: resource.resource ?? '',
    subresource: resource.subresource ?? '',
    namespace: resource.namespace ?? '',
    name: resource.name ?? '',
    fieldSelector: requirementsOf(resource.fieldSelector, readFieldSelector),
    labelSelector: requirementsOf(resource.labelSelector, readLabelSelector),
  };
}

interface SelectorAttributes {
  readonly rawSelector?: string | undefined;
  readonly requirements?: readonly SelectorRequirement[] | undefined;
}

const requirementsOf = (
  selector: SelectorAttributes | null | undefined,
  read: (text: string) => SelectorRequirement[] | undefined,
): readonly SelectorRequirement[] | undefined =>
  selector?.rawSelector ? read(selector.rawSelector) : selector?.requirements;

function subjectOf({ user = '', groups = [], uid, extra }: ReviewSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}
