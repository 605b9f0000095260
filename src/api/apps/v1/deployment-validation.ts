import { checkCountOrPercent, immutable, nonNegative, notMoreThanAll } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, invalid, notSupported } from '#machinery/errors/field-error.ts';
import type { Deployment, DeploymentStrategy } from './deployment.ts';
import { isZero, validateWorkload } from './workload-validation.ts';

const SPEC = new FieldPath('spec');

export function validateDeployment({ spec }: Deployment): FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds } = spec ?? {};
  const errors = [
    ...nonNegative(SPEC.child('replicas'), spec?.replicas),
    ...validateWorkload(spec ?? {}, SPEC, { selector: 'deployment', template: 'ReplicaSet' }),
    ...validateStrategy(spec?.strategy ?? {}, SPEC.child('strategy')),
    ...nonNegative(SPEC.child('minReadySeconds'), minReadySeconds),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec?.revisionHistoryLimit),
    ...nonNegative(SPEC.child('progressDeadlineSeconds'), progressDeadlineSeconds),
  ];
  if (progressDeadlineSeconds !== undefined && progressDeadlineSeconds <= minReadySeconds)
    errors.push(
      invalid(SPEC.child('progressDeadlineSeconds'), progressDeadlineSeconds, 'must be greater than minReadySeconds'),
    );
  return errors;
}

function validateStrategy({ type = '', rollingUpdate }: DeploymentStrategy, field: FieldPath): FieldError[] {
  const at = field.child('rollingUpdate');
  if (type === 'Recreate') {
    return rollingUpdate ? [forbidden(at, `may not be specified when strategy \`type\` is '${type}'`)] : [];
  }
  if (type !== 'RollingUpdate')
    return [notSupported(field, shown({ type, rollingUpdate }), ['Recreate', 'RollingUpdate'])];
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const errors = [
    ...checkCountOrPercent(at.child('maxUnavailable'), maxUnavailable),
    ...checkCountOrPercent(at.child('maxSurge'), maxSurge),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(invalid(at.child('maxUnavailable'), maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  return [...errors, ...notMoreThanAll(at.child('maxUnavailable'), maxUnavailable)];
}

export const validateDeploymentUpdate = ({ spec }: Deployment, old: Deployment): FieldError[] =>
  immutable(SPEC.child('selector'), spec?.selector, old.spec?.selector);

/** A strategy as upstream shows it. */
const shown = ({ type = '', rollingUpdate }: DeploymentStrategy) => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});
