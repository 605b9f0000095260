import { nonNegative, positive, requireOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import type {
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from './priority-level-configuration.ts';

const SPEC = new FieldPath('spec');
const MOST_QUEUES = 10_000_000;

export function validatePriorityLevelConfiguration({ spec }: PriorityLevelConfiguration): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const { type, limited, exempt } = spec;
  const errors = requireOneOf(SPEC.child('type'), type, ['Exempt', 'Limited']);
  if (type === 'Exempt' && limited) {
    errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
  }
  if (type !== 'Limited') return errors;
  if (exempt) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
  if (limited === undefined)
    return [...errors, required(SPEC.child('limited'), 'must not be empty when type is Limited')];
  return [...errors, ...validateLimited(limited, SPEC.child('limited'))];
}

function validateLimited(limited: LimitedPriorityLevelConfiguration, field: FieldPath): FieldError[] {
  const errors = nonNegative(field.child('nominalConcurrencyShares'), limited.nominalConcurrencyShares);
  const { lendablePercent, limitResponse } = limited;
  if (lendablePercent !== undefined && (lendablePercent < 0 || lendablePercent > 100)) {
    errors.push(invalid(field.child('lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
  }
  errors.push(...nonNegative(field.child('borrowingLimitPercent'), limited.borrowingLimitPercent));
  const at = field.child('limitResponse');
  errors.push(...requireOneOf(at.child('type'), limitResponse?.type, ['Queue', 'Reject']));
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
    ...positive(field.child('queueLengthLimit'), queueLengthLimit),
    ...positive(field.child('queues'), queues),
  ];
  if (queues > MOST_QUEUES)
    errors.push(invalid(field.child('queues'), queues, `must not be greater than ${MOST_QUEUES}`));
  errors.push(...positive(field.child('handSize'), handSize));
  if (handSize > queues) {
    errors.push(invalid(field.child('handSize'), handSize, `should not be greater than queues (${queues})`));
  }
  return errors;
}
