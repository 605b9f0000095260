import { append } from '#base/append.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { mandatoryLevels } from './mandatory-objects.ts';
import {
  type ExemptPriorityLevelConfiguration,
  type LimitedPriorityLevelConfiguration,
  type LimitResponse,
  type PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  type QueuingConfiguration,
} from './priority-level-configuration.ts';

const SPEC = new FieldPath('spec');
const MOST_QUEUES = 10_000_000;
const HASH_BITS = 60;

export function validatePriorityLevelConfiguration({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const { type = '', limited, exempt } = spec ?? {};
  const errors: FieldError[] = [];
  if ((type === 'Exempt') !== (metadata?.name === 'exempt'))
    errors.push(invalid(SPEC.child('type'), type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
    if (exempt) append(errors, validateExempt(exempt, SPEC.child('exempt')));
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
    if (limited) append(errors, validateLimited(limited, SPEC.child('limited')));
    else errors.push(required(SPEC.child('limited'), 'must not be empty when type is Limited'));
  } else errors.push(notSupported(SPEC.child('type'), type, ['Exempt', 'Limited']));
  return [...errors, ...fixedErrors(metadata?.name, spec)];
}

/** Levels that requests of last resort go to stay as they are, but for what the exempt one lends. */
function fixedErrors(name: string | undefined, spec: PriorityLevelConfiguration['spec']): FieldError[] {
  const fixed = mandatoryLevels.find(({ metadata }) => metadata?.name === name)?.spec;
  if (fixed === undefined) return [];
  const form = (value: object) => internalForm(value, PriorityLevelConfigurationSpec) as object;
  const [shown, wanted] = [form(spec ?? {}), form(fixed)];
  const isExempt = name === 'exempt';
  const free = isExempt ? { Exempt: null } : {};
  if (deepEqual({ ...shown, ...free }, { ...wanted, ...free })) return [];
  const but = isExempt ? " except the 'spec.exempt' field" : '';
  return [invalid(SPEC, shown, `spec of '${name}'${but} must equal the fixed value`)];
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
  const { lendablePercent, borrowingLimitPercent, limitResponse } = limited;
  const errors = [
    ...shareErrors(limited.nominalConcurrencyShares, field),
    ...validateResponse(limitResponse ?? { type: '' as 'Queue' }, field.child('limitResponse')),
  ];
  if (lendablePercent !== undefined && (lendablePercent < 0 || lendablePercent > 100)) {
    errors.push(invalid(field.child('lendablePercent'), lendablePercent, 'must be between 0 and 100, inclusive'));
  }
  if ((borrowingLimitPercent ?? 0) < 0) {
    const detail = 'if specified, must be a non-negative integer';
    errors.push(invalid(field.child('borrowingLimitPercent'), borrowingLimitPercent, detail));
  }
  return errors;
}

function validateResponse({ type, queuing }: LimitResponse, field: FieldPath): FieldError[] {
  switch (type) {
    case 'Reject':
      return queuing
        ? [forbidden(field.child('queuing'), 'must be nil if limited.limitResponse.type is not Limited')]
        : [];
    case 'Queue':
      return queuing
        ? validateQueuing(queuing, field.child('queuing'))
        : [required(field.child('queuing'), 'must not be empty if limited.limitResponse.type is Limited')];
    default:
      return [notSupported(field.child('type'), type, ['Queue', 'Reject'])];
  }
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration, field: FieldPath) {
  const errors: FieldError[] = [
    ...mustBePositive(field.child('queueLengthLimit'), queueLengthLimit),
    ...mustBePositive(field.child('queues'), queues),
  ];
  if (queues > MOST_QUEUES)
    errors.push(invalid(field.child('queues'), queues, `must not be greater than ${MOST_QUEUES}`));
  const why = handSizeError(queues, handSize);
  if (why) errors.push(invalid(field.child('handSize'), handSize, why));
  return errors;
}

/** A hand of queues is dealt from the bits of one hash. */
function handSizeError(queues: number, handSize: number): string | undefined {
  if (handSize <= 0) return 'must be positive';
  if (handSize > queues) return `should not be greater than queues (${queues})`;
  const isDealt = Math.ceil(Math.log2(queues) * handSize) <= HASH_BITS;
  const wanted = `required entropy bits of deckSize ${queues} and handSize ${handSize}`;
  return isDealt ? undefined : `${wanted} should not be greater than ${HASH_BITS}`;
}
