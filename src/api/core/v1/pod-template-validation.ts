import { validateAnnotations, validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { type FieldError, type FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import { validatePodAnnotations } from './pod-annotations-validation.ts';
import { validatePodSpec } from './pod-spec-validation.ts';
import type { PodTemplateSpec } from './pod-template-spec.ts';

/** The rules of a pod template, whoever holds it. */
export function validatePodTemplate(template: PodTemplateSpec | undefined, field: FieldPath): FieldError[] {
  const { metadata, spec } = template ?? {};
  const errors = [
    ...validateLabels(metadata?.labels, field.child('labels')),
    ...validateAnnotations(metadata?.annotations, field.child('annotations')),
    ...validatePodAnnotations(metadata?.annotations, spec, field.child('annotations')),
    ...validatePodSpec(spec ?? { containers: [] }, field.child('spec')),
  ];
  if (spec?.ephemeralContainers?.length)
    errors.push(
      forbidden(field.child('spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template'),
    );
  return errors;
}
