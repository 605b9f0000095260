import { checkEach, checkText } from '#api/checks.ts';
import { type FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import type { Namespace } from './namespace.ts';

export const validateNamespace = ({ spec }: Namespace): FieldError[] =>
  checkEach(spec?.finalizers, new FieldPath('spec').child('finalizers'), (finalizer, at) =>
    checkText(at, finalizer, finalizerErrors),
  );

function finalizerErrors(name: string): string[] {
  const errors = isQualifiedName(name);
  if (errors.length > 0 || name.includes('/') || name === 'kubernetes') return errors;
  return ['name is neither a standard finalizer name nor is it fully qualified'];
}
