import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { ObjectMeta } from './object-meta.ts';

export const PartialObjectMetadata = message('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
});
export interface PartialObjectMetadata extends Infer<typeof PartialObjectMetadata> {}
