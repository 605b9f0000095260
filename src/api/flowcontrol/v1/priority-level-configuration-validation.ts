import { optionalOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from './priority-level-configuration.ts';

const SPEC = new FieldPath('spec');
const MOST_QUEUES = 10_000_000;

export function validatePriorityLevelConfiguration({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const { type, limited, exempt } = spec;
  const errors: FieldError[] = [];
  if ((type === 'Exempt') !== (metadata?.name === 'exempt'))
    errors.push(invalid(SPEC.child('type'), type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  errors.push(...optionalOneOf(SPEC.child('type'), type, ['Exempt', 'Limited']));
  if (type === 'Exempt' && exempt) errors.push(...validateExempt(exempt, SPEC.child('exempt')));
  if (type === 'Exempt' && limited) {
    errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
  }
  if (type !== 'Limited') return errors;
  if (exempt) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
  if (limited === undefined)
    return [...errors, required(SPEC.child('limited'), 'must not be empty when type is Limited')];
  return [...errors, ...validateLimited(limited, SPEC.child('limited'))];
}

const mustBePositive = (field: FieldPath, value: number): FieldError[] =>
  value <= 0 ? [invalid(field, value, 'must be positive')] : [];

const shareErrors = (shares: number | undefined, field: FieldPath): FieldError[] =>
  (shares ?? 0) < 0 ? [invalid(field.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer')] : [];

function validateExempt(exempt: ExemptPriorityLevelConfiguration, field: FieldPath): FieldError[] {
  const { nominalConcurrencyShares, lendablePercent = 0 } = exempt;
  const errors = shareErrors(nominalConcurrencyShares, field);
  if (lendablePercent < 0 || lendablePercent > 100)
    errors.push(invalid(field.child('lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
  return errors;
}

function validateLimited(limited: LimitedPriorityLevelConfiguration, field: FieldPath): FieldError[] {
  const errors = shareErrors(limited.nominalConcurrencyShares, field);
  const { lendablePercent, limitResponse } = limited;
  if (lendablePercent !== undefined && (lendablePercent < 0 || lendablePercent > 100)) {
    errors.push(invalid(field.child('lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
  }
  if ((limited.borrowingLimitPercent ?? 0) < 0)
    errors.push(
      invalid(
        field.child('borrowingLimitPercent'),
        limited.borrowingLimitPercent,
        'if specified, must be a non-negative integer',
      ),
    );
  const at = field.child('limitResponse');
  errors.push(...optionalOneOf(at.child('type'), limitResponse?.type ?? '', ['Queue', 'Reject']));
  const queuing = limitResponse?.queuing;
  if (limitResponse?.type === 'Reject' && queuing) {
    errors.push(forbidden(at.child('queuing'), 'must be nil if limited.limitResponse.type is not Limited'));
  }
  if (limitResponse?.type !== 'Queue') return errors;
  if (queuing === undefined) {
    return [...errors, required(at.child('queuing'), 'must not be empty if limited.limitResponse.type is Limited')];
  }
  return [...errors, ...validateQueuing(queuing, at.child('queuing'))];
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, field: FieldPath) {
  const errors: FieldError[] = [
    ...mustBePositive(field.child('queueLengthLimit'), queueLengthLimit),
    ...mustBePositive(field.child('queues'), queues),
  ];
  if (queues > MOST_QUEUES)
    errors.push(invalid(field.child('queues'), queues, `must not be greater than ${MOST_QUEUES}`));
  errors.push(...mustBePositive(field.child('handSize'), handSize));
  if (handSize > queues) {
    errors.push(invalid(field.child('handSize'), handSize, `should not be greater than queues (${queues})`));
  }
  return errors;
}
