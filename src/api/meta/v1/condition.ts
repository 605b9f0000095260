import { enumeration, type Infer, int64, message, opt, req, string, time } from '#machinery/schema/schema.ts';

export const Condition = message('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  type: req(1, string),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  observedGeneration: opt(3, int64),
  lastTransitionTime: req(4, time),
  reason: req(5, string),
  message: req(6, string),
});
export interface Condition extends Infer<typeof Condition> {}
