import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { ObjectReference } from './references.ts';

export const SerializedReference = message('io.k8s.api.core.v1.SerializedReference', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  reference: opt(1, ObjectReference),
});
export interface SerializedReference extends Infer<typeof SerializedReference> {}
