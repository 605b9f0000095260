import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { bool, type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { UserInfo } from './user-info.ts';

export const TokenReviewSpec = message('io.k8s.api.authentication.v1.TokenReviewSpec', {
  token: opt(1, string, { shown: 'required' }),
  audiences: opt(2, list(string)),
});
export interface TokenReviewSpec extends Infer<typeof TokenReviewSpec> {}

export const TokenReviewStatus = message('io.k8s.api.authentication.v1.TokenReviewStatus', {
  authenticated: opt(1, bool),
  user: opt(2, UserInfo),
  audiences: opt(4, list(string)),
  error: opt(3, string),
});
export interface TokenReviewStatus extends Infer<typeof TokenReviewStatus> {}

export const TokenReview = message('io.k8s.api.authentication.v1.TokenReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: req(2, TokenReviewSpec),
  status: opt(3, TokenReviewStatus),
});
export interface TokenReview extends Infer<typeof TokenReview> {}

export const TokenReviews: ResourceDefinition<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  singular: 'tokenreview',
  namespaced: false,
  verbs: ['create'],
  schema: TokenReview,
  strategy: {},
};
