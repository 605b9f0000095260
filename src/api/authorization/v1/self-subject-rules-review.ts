import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { bool, type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';

export const NonResourceRule = message('io.k8s.api.authorization.v1.NonResourceRule', {
  verbs: req(1, list(string)),
  nonResourceURLs: opt(2, list(string)),
});
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

export const ResourceRule = message('io.k8s.api.authorization.v1.ResourceRule', {
  verbs: req(1, list(string)),
  apiGroups: opt(2, list(string)),
  resources: opt(3, list(string)),
  resourceNames: opt(4, list(string)),
});
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = message('io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: opt(1, string),
});
export interface SelfSubjectRulesReviewSpec extends Infer<typeof SelfSubjectRulesReviewSpec> {}

export const SubjectRulesReviewStatus = message('io.k8s.api.authorization.v1.SubjectRulesReviewStatus', {
  resourceRules: req(1, list(ResourceRule)),
  nonResourceRules: req(2, list(NonResourceRule)),
  incomplete: req(3, bool),
  evaluationError: opt(4, string),
});
export interface SubjectRulesReviewStatus extends Infer<typeof SubjectRulesReviewStatus> {}

export const SelfSubjectRulesReview = message('io.k8s.api.authorization.v1.SelfSubjectRulesReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: req(2, SelfSubjectRulesReviewSpec),
  status: opt(3, SubjectRulesReviewStatus),
});
export interface SelfSubjectRulesReview extends Infer<typeof SelfSubjectRulesReview> {}

export const SelfSubjectRulesReviews: ResourceDefinition<SelfSubjectRulesReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectRulesReview,
  strategy: {},
};
