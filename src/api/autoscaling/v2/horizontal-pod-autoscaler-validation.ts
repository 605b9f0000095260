import { checkEach, optionalOneOf } from '#api/checks.ts';
import { checkCounts } from '#api/replica-counts.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from './horizontal-pod-autoscaler.ts';
import { validateMetric } from './metric-validation.ts';
import { type AcceptedVersions, validateReference, versionErrors } from './reference-validation.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

const SPEC = new FieldPath('spec');
const LONGEST_PERIOD_SECONDS = 1800;
const LONGEST_WINDOW_SECONDS = 3600;

/** The rules of a new autoscaler, or of one that takes the place of `old`. */
export function validateHorizontalPodAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  old?: HorizontalPodAutoscaler,
): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const { minReplicas, maxReplicas, behavior } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid(SPEC.child('minReplicas'), minReplicas, 'must be greater than or equal to 1'));
  }
  const field = SPEC.child('maxReplicas');
  if (maxReplicas === 0) errors.push(required(field, 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalid(field, maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid(field, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  return [
    ...errors,
    ...validateReference(spec.scaleTargetRef, SPEC.child('scaleTargetRef'), targetVersions(spec, old)),
    ...checkEach(spec.metrics, SPEC.child('metrics'), (metric, at) => validateMetric(metric, at, objectVersions(old))),
    ...validateRules(behavior?.scaleUp, SPEC.child('behavior', 'scaleUp')),
    ...validateRules(behavior?.scaleDown, SPEC.child('behavior', 'scaleDown')),
  ];
}

/** What is scaled has a group, but for the one kind of old that has none; what was accepted once is not looked at again. */
function targetVersions({ scaleTargetRef }: Spec, old: HorizontalPodAutoscaler | undefined): AcceptedVersions {
  const before = old?.spec?.scaleTargetRef;
  if (before && before.apiVersion === scaleTargetRef.apiVersion && before.kind === scaleTargetRef.kind) return 'any';
  return scaleTargetRef.kind === 'ReplicationController' ? 'any group' : 'named group';
}

/** Objects that are measured may be of any group; where versions were wrong before, they may stay so. */
const objectVersions = (old: HorizontalPodAutoscaler | undefined): AcceptedVersions =>
  old?.spec?.metrics?.some(
    ({ type, object }) =>
      type === 'Object' && object && versionErrors(object.describedObject.apiVersion, 'any group').length > 0,
  )
    ? 'any'
    : 'any group';

function validateRules(rules: HPAScalingRules | undefined, field: FieldPath): FieldError[] {
  if (rules === undefined) return [];
  const window = rules.stabilizationWindowSeconds;
  const at = field.child('stabilizationWindowSeconds');
  const errors =
    window !== undefined && window < 0 ? [invalid(at, window, 'must be greater than or equal to zero')] : [];
  if (window !== undefined && window > LONGEST_WINDOW_SECONDS) {
    errors.push(invalid(at, window, `must be less than or equal to ${LONGEST_WINDOW_SECONDS}`));
  }
  append(errors, optionalOneOf(field.child('selectPolicy'), rules.selectPolicy, ['Disabled', 'Max', 'Min']));
  const policies = field.child('policies');
  if (!rules.policies?.length) errors.push(required(policies, 'must specify at least one Policy'));
  append(errors, checkEach(rules.policies, policies, validatePolicy));
  const { tolerance } = rules;
  if (tolerance !== undefined && parseQuantity(tolerance).sign < 0)
    errors.push(invalid(field.child('tolerance'), tolerance, 'must be greater than or equal to 0'));
  return errors;
}

const aboveZero = (field: FieldPath, value: number): FieldError[] =>
  value <= 0 ? [invalid(field, value, 'must be greater than zero')] : [];

function validatePolicy({ type, value, periodSeconds }: HPAScalingPolicy, field: FieldPath): FieldError[] {
  const period = field.child('periodSeconds');
  return [
    ...optionalOneOf(field.child('type'), type, ['Percent', 'Pods']),
    ...aboveZero(field.child('value'), value),
    ...aboveZero(period, periodSeconds),
    ...(periodSeconds > LONGEST_PERIOD_SECONDS
      ? [invalid(period, periodSeconds, `must be less than or equal to ${LONGEST_PERIOD_SECONDS}`)]
      : []),
  ];
}

/** The rules of what its controller says of it. */
export const validateHorizontalPodAutoscalerStatus = ({ status }: HorizontalPodAutoscaler): FieldError[] =>
  checkCounts(status ?? {}, ['currentReplicas', 'desiredReplicas']);
