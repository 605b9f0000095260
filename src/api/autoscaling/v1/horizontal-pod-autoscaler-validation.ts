import { positive, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';

const SPEC = new FieldPath('spec');

export function validateHorizontalPodAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  if (spec === undefined) return [required(SPEC)];
  const { minReplicas, maxReplicas, scaleTargetRef, targetCPUUtilizationPercentage } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(invalid(SPEC.child('minReplicas'), minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas === 0) errors.push(required(SPEC.child('maxReplicas'), 'must be set and greater than 0'));
  else if (maxReplicas < 0)
    errors.push(invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    errors.push(invalid(SPEC.child('maxReplicas'), maxReplicas, detail));
  }
  const field = SPEC.child('scaleTargetRef');
  return [
    ...errors,
    ...requireText(field.child('kind'), scaleTargetRef.kind, isPathSegmentName),
    ...requireText(field.child('name'), scaleTargetRef.name, isPathSegmentName),
    ...positive(SPEC.child('targetCPUUtilizationPercentage'), targetCPUUtilizationPercentage),
  ];
}
