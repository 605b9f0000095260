import { checkCountOrPercent, immutable, nonNegative, notMoreThanAll } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import type { DaemonSet, DaemonSetUpdateStrategy } from './daemon-set.ts';
import { isZero, validateWorkload } from './workload-validation.ts';

const SPEC = new FieldPath('spec');

export const validateDaemonSet = ({ spec }: DaemonSet): FieldError[] => [
  ...validateWorkload(spec ?? {}, SPEC, { selector: 'daemonset', template: 'DaemonSet' }),
  ...nonNegative(SPEC.child('minReadySeconds'), spec?.minReadySeconds),
  ...validateUpdateStrategy(spec?.updateStrategy ?? {}, SPEC.child('updateStrategy')),
  ...nonNegative(SPEC.child('revisionHistoryLimit'), spec?.revisionHistoryLimit),
];

function validateUpdateStrategy({ type = '', rollingUpdate }: DaemonSetUpdateStrategy, field: FieldPath): FieldError[] {
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [notSupported(field, shown({ type, rollingUpdate }), ['RollingUpdate', 'OnDelete'])];
  const at = field.child('rollingUpdate');
  if (!rollingUpdate) return [required(at)];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const errors = [
    ...checkCountOrPercent(at.child('maxUnavailable'), maxUnavailable),
    ...notMoreThanAll(at.child('maxUnavailable'), maxUnavailable),
    ...checkCountOrPercent(at.child('maxSurge'), maxSurge),
    ...notMoreThanAll(at.child('maxSurge'), maxSurge),
  ];
  const surges = !isZero(maxSurge);
  if (!isZero(maxUnavailable) && surges)
    errors.push(invalid(at.child('maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (isZero(maxUnavailable) && !surges)
    errors.push(required(at.child('maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
  return errors;
}

export const validateDaemonSetUpdate = ({ spec }: DaemonSet, old: DaemonSet): FieldError[] =>
  immutable(SPEC.child('selector'), spec?.selector, old.spec?.selector);

/** A strategy as upstream shows it. */
const shown = ({ type = '', rollingUpdate }: DaemonSetUpdateStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});
