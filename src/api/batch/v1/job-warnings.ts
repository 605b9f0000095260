import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import type { FieldPath } from '#machinery/errors/field-error.ts';
import type { JobSpec } from './job-spec.ts';

const MANY_INDEXES = 100_000;
const MANY_AT_A_TIME = 10_000;

/** What is odd about a Job's spec, though it is valid. */
export function jobSpecWarnings(spec: JobSpec | undefined, field: FieldPath): string[] {
  if (spec === undefined) return [];
  const { completionMode, completions = 0, parallelism = 0, template } = spec;
  const isHuge = completionMode === 'Indexed' && completions > MANY_INDEXES && parallelism > MANY_AT_A_TIME;
  return [
    ...(isHuge
      ? [
          `${field}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
        ]
      : []),
    ...templateWarnings(template, field.child('template')),
  ];
}
