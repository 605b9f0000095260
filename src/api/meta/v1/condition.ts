import { enumeration, type Infer, int64, message, opt, req, string, time } from '#machinery/schema/schema.ts';

export const Condition = message(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Condition',
  {
    type: req(1, string, { description: 'What is said' }),
    status: req(2, enumeration('True', 'False', 'Unknown'), { description: 'True, False or Unknown' }),
    observedGeneration: opt(3, int64, { description: 'Generation of the object that it was said of' }),
    lastTransitionTime: req(4, time, { description: 'When the status last changed' }),
    reason: req(5, string, { description: 'Why, in a word for programs' }),
    message: req(6, string, { description: 'Why, for people' }),
  },
  { description: 'One thing that is true, false or unknown about an object' },
);
export interface Condition extends Infer<typeof Condition> {}
