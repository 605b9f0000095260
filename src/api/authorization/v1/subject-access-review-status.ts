import { bool, type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';

export const SubjectAccessReviewStatus = message('io.k8s.api.authorization.v1.SubjectAccessReviewStatus', {
  allowed: req(1, bool),
  denied: opt(4, bool),
  reason: opt(2, string),
  evaluationError: opt(3, string),
});
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}
