import { checkText } from '#api/checks.ts';
import { type FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import type { Namespace } from './namespace.ts';

export const validateNamespace = ({ spec }: Namespace): FieldError[] =>
  // Upstream names the list, not the place in it.
  (spec?.finalizers ?? []).flatMap((name) => checkText(FINALIZERS, name, finalizerErrors));

const FINALIZERS = new FieldPath('spec').child('finalizers');

function finalizerErrors(name: string): string[] {
  const errors = isQualifiedName(name);
  if (name.includes('/') || name === 'kubernetes') return errors;
  return [...errors, 'name is neither a standard finalizer name nor is it fully qualified'];
}
