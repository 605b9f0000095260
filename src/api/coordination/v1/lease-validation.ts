import { nonNegative, positive, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import type { Lease } from './lease.ts';

const SPEC = new FieldPath('spec');

export function validateLease({ spec = {} }: Lease): FieldError[] {
  const errors = [
    ...positive(SPEC.child('leaseDurationSeconds'), spec.leaseDurationSeconds),
    ...nonNegative(SPEC.child('leaseTransitions'), spec.leaseTransitions),
  ];
  if (spec.strategy !== undefined) append(errors, requireText(SPEC.child('strategy'), spec.strategy));
  if (spec.preferredHolder === undefined) return errors;
  const field = SPEC.child('preferredHolder');
  if (spec.preferredHolder !== '' && !spec.strategy)
    errors.push(forbidden(field, 'may only be specified if `strategy` is defined'));
  return errors;
}
