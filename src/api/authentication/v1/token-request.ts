import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, int64, list, message, opt, ptr, string, time } from '#machinery/schema/schema.ts';

export const BoundObjectReference = message('io.k8s.api.authentication.v1.BoundObjectReference', {
  kind: opt(1, string),
  apiVersion: opt(2, string),
  name: opt(3, string),
  uid: opt(4, string),
});
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}

export const TokenRequestSpec = message('io.k8s.api.authentication.v1.TokenRequestSpec', {
  audiences: opt(1, list(string)),
  expirationSeconds: ptr(4, int64),
  boundObjectRef: ptr(3, BoundObjectReference),
});
export interface TokenRequestSpec extends Infer<typeof TokenRequestSpec> {}

export const TokenRequestStatus = message('io.k8s.api.authentication.v1.TokenRequestStatus', {
  token: opt(1, string, { shown: 'zero' }),
  expirationTimestamp: opt(2, time),
});
export interface TokenRequestStatus extends Infer<typeof TokenRequestStatus> {}

export const TokenRequest = message('io.k8s.api.authentication.v1.TokenRequest', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, TokenRequestSpec),
  status: opt(3, TokenRequestStatus),
});
export interface TokenRequest extends Infer<typeof TokenRequest> {}
