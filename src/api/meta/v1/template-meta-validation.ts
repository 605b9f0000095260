import { type FieldError, type FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import type { ObjectMeta } from './object-meta.ts';
import { validateAnnotations, validateLabels } from './object-meta-validation.ts';

/** The metadata of what is made from a template: labels and annotations, and nothing else. */
export function validateTemplateMeta(metadata: ObjectMeta | undefined, field: FieldPath): FieldError[] {
  const { annotations, labels, ...others } = metadata ?? {};
  const set = Object.entries(others).filter(([, value]) => value !== undefined && value !== '');
  return [
    ...validateAnnotations(annotations, field.child('annotations')),
    ...validateLabels(labels, field.child('labels')),
    // Upstream makes the name from the one it has in Go.
    ...set.map(([name]) => forbidden(field.child(name === 'uid' ? 'uID' : name), 'cannot be set')),
  ];
}
