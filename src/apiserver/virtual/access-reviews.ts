import type { LocalSubjectAccessReview } from '#api/authorization/v1/local-subject-access-review.ts';
import type { ResourceAttributes as ResourceAttributesSpec } from '#api/authorization/v1/resource-attributes.ts';
import type { SelfSubjectAccessReview } from '#api/authorization/v1/self-subject-access-review.ts';
import type { SubjectAccessReview } from '#api/authorization/v1/subject-access-review.ts';
import type { Attributes, Decide } from '../authorization/authorizer.ts';
import type { UserInfo } from '../user.ts';
import { checkLocalReview, checkReview, checkSelfReview, type ReviewSpec } from './access-review-validation.ts';
import { type ReadSelector, readReviewSelector } from './review-selectors.ts';
import type { Answer } from './virtual-resource.ts';

/** May I? */
export const reviewSelf = (decide: Decide): Answer<SelfSubjectAccessReview> => ({
  check: checkSelfReview,
  answer: async (review, { user }) => ({ ...review, status: await statusOf(decide, review.spec, user) }),
});

/** May they? */
export const reviewSubject = (decide: Decide): Answer<SubjectAccessReview> => ({
  check: checkReview,
  answer: async (review) => ({ ...review, status: await statusOf(decide, review.spec, subjectOf(review.spec)) }),
});

/** May they, here? */
export const reviewLocalSubject = (decide: Decide): Answer<LocalSubjectAccessReview> => ({
  check: (review, { target }) => checkLocalReview(review, target.namespace),
  answer: async (review) => ({ ...review, status: await statusOf(decide, review.spec, subjectOf(review.spec)) }),
});

/** The answer to what a spec asks about a user. */
async function statusOf(decide: Decide, spec: ReviewSpec, user: UserInfo) {
  const fields = readReviewSelector('fieldSelector', spec.resourceAttributes?.fieldSelector);
  const labels = readReviewSelector('labelSelector', spec.resourceAttributes?.labelSelector);
  const attributes = attributesOf(spec, user, { fields, labels });
  const { allowed, denied, reason, evaluationError } = await decide(attributes);
  const problems = [evaluationError, fields.ignored, labels.ignored].filter(Boolean);
  return {
    allowed,
    ...(denied ? { denied } : {}),
    ...(reason ? { reason } : {}),
    ...(problems.length > 0 ? { evaluationError: problems.join('; ') } : {}),
  };
}

function attributesOf(
  { resourceAttributes, nonResourceAttributes: path }: ReviewSpec,
  user: UserInfo,
  { fields, labels }: { readonly fields: ReadSelector; readonly labels: ReadSelector },
): Attributes {
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
    fieldSelector: fields.requirements,
    labelSelector: labels.requirements,
  };
}

function subjectOf({ user = '', groups = [], uid, extra }: ReviewSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
}
