import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { UserInfo } from './user-info.ts';

export const SelfSubjectReviewStatus = message('io.k8s.api.authentication.v1.SelfSubjectReviewStatus', {
  userInfo: opt(1, UserInfo),
});
export interface SelfSubjectReviewStatus extends Infer<typeof SelfSubjectReviewStatus> {}

export const SelfSubjectReview = message('io.k8s.api.authentication.v1.SelfSubjectReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  status: opt(2, SelfSubjectReviewStatus),
});
export interface SelfSubjectReview extends Infer<typeof SelfSubjectReview> {}

export const SelfSubjectReviews: ResourceDefinition<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectReview,
  strategy: {},
};
