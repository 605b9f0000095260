import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';
import { SubjectAccessReviewSpec } from './subject-access-review-spec.ts';
import { SubjectAccessReviewStatus } from './subject-access-review-status.ts';

export const LocalSubjectAccessReview = message('io.k8s.api.authorization.v1.LocalSubjectAccessReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: req(2, SubjectAccessReviewSpec),
  status: opt(3, SubjectAccessReviewStatus),
});
export interface LocalSubjectAccessReview extends Infer<typeof LocalSubjectAccessReview> {}

export const LocalSubjectAccessReviews: ResourceDefinition<LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  namespaced: true,
  verbs: ['create'],
  schema: LocalSubjectAccessReview,
  strategy: {},
};
