import { type Infer, list, map, message, opt, ptr, string, wrappedList } from '#machinery/schema/schema.ts';
import { NonResourceAttributes } from './non-resource-attributes.ts';
import { ResourceAttributes } from './resource-attributes.ts';

export const SubjectAccessReviewSpec = message('io.k8s.api.authorization.v1.SubjectAccessReviewSpec', {
  resourceAttributes: ptr(1, ResourceAttributes),
  nonResourceAttributes: ptr(2, NonResourceAttributes),
  user: opt(3, string),
  groups: opt(4, list(string)),
  extra: opt(5, map(wrappedList(string))),
  uid: opt(6, string),
});
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}
