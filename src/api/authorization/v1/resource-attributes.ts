import { FieldSelectorRequirement, LabelSelectorRequirement } from '#api/meta/v1/label-selector.ts';
import { type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';

export const FieldSelectorAttributes = message('io.k8s.api.authorization.v1.FieldSelectorAttributes', {
  rawSelector: opt(1, string),
  requirements: opt(2, list(FieldSelectorRequirement)),
});
export interface FieldSelectorAttributes extends Infer<typeof FieldSelectorAttributes> {}

export const LabelSelectorAttributes = message('io.k8s.api.authorization.v1.LabelSelectorAttributes', {
  rawSelector: opt(1, string),
  requirements: opt(2, list(LabelSelectorRequirement)),
});
export interface LabelSelectorAttributes extends Infer<typeof LabelSelectorAttributes> {}

export const ResourceAttributes = message('io.k8s.api.authorization.v1.ResourceAttributes', {
  namespace: opt(1, string),
  verb: opt(2, string),
  group: opt(3, string),
  version: opt(4, string),
  resource: opt(5, string),
  subresource: opt(6, string),
  name: opt(7, string),
  fieldSelector: ptr(8, FieldSelectorAttributes),
  labelSelector: ptr(9, LabelSelectorAttributes),
});
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}
