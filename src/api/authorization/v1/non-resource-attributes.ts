import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const NonResourceAttributes = message('io.k8s.api.authorization.v1.NonResourceAttributes', {
  path: opt(1, string),
  verb: opt(2, string),
});
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}
