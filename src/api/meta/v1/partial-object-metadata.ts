import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { ListMeta } from './list-meta.ts';
import { ObjectMeta } from './object-meta.ts';

export const PartialObjectMetadata = message('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
});
export interface PartialObjectMetadata extends Infer<typeof PartialObjectMetadata> {}

export const PartialObjectMetadataList = message('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ListMeta),
  items: req(2, list(PartialObjectMetadata)),
});

/** The older version counts its two fields the other way round. */
export const PartialObjectMetadataListV1Beta1 = message(
  'io.k8s.apimachinery.pkg.apis.meta.v1beta1.PartialObjectMetadataList',
  {
    kind: opt(0, string),
    apiVersion: opt(0, string),
    metadata: opt(2, ListMeta),
    items: req(1, list(PartialObjectMetadata)),
  },
);
