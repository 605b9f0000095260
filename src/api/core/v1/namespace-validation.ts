import { checkText } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import type { Namespace } from './namespace.ts';

export const validateNamespace = ({ spec }: Namespace): FieldError[] =>
  // Upstream names the list, not the place in it.
  (spec?.finalizers ?? []).flatMap((name) => checkText(FINALIZERS, name, finalizerErrors));

/** The rules of a list of finalizers that takes the place of another. */
export const validateNamespaceFinalize = ({ spec }: Namespace): FieldError[] =>
  (spec?.finalizers ?? []).flatMap((name, index) => checkText(FINALIZERS.index(index), name, finalizerErrors));

const FINALIZERS = new FieldPath('spec').child('finalizers');

function finalizerErrors(name: string): string[] {
  const errors = isQualifiedName(name);
  if (name.includes('/') || name === 'kubernetes') return errors;
  return [...errors, 'name is neither a standard finalizer name nor is it fully qualified'];
}

/** A namespace is on its way out exactly when it is being deleted. */
export function validateNamespaceStatus({ metadata, status }: Namespace): FieldError[] {
  const isDeleted = metadata?.deletionTimestamp !== undefined;
  const phase = isDeleted ? 'Terminating' : 'Active';
  if (status?.phase === phase) return [];
  const detail = `may only be '${phase}' if \`deletionTimestamp\` is ${isDeleted ? 'not ' : ''}empty`;
  return [invalid(new FieldPath('status').child('Phase'), status?.phase ?? '', detail)];
}
