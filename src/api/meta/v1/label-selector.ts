import { enumeration, type Infer, list, map, message, opt, req, string } from '#machinery/schema/schema.ts';

export const FieldSelectorRequirement = message('io.k8s.apimachinery.pkg.apis.meta.v1.FieldSelectorRequirement', {
  key: req(1, string),
  operator: req(2, enumeration('In', 'NotIn', 'Exists', 'DoesNotExist')),
  values: opt(3, list(string)),
});
export interface FieldSelectorRequirement extends Infer<typeof FieldSelectorRequirement> {}

export const LabelSelectorRequirement = message('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: req(1, string),
  operator: req(2, enumeration('In', 'NotIn', 'Exists', 'DoesNotExist')),
  values: opt(3, list(string)),
});
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}

export const LabelSelector = message(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchLabels: opt(1, map(string), { description: 'Labels that an object has to have' }),
    matchExpressions: opt(2, list(LabelSelectorRequirement), { description: 'Conditions on labels' }),
  },
  { atomic: true, description: 'Selects objects by their labels; every part has to hold' },
);
export interface LabelSelector extends Infer<typeof LabelSelector> {}
