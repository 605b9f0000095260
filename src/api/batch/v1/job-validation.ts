import { templateLabelErrors } from '#api/apps/v1/workload-validation.ts';
import { nonNegative, optionalOneOf } from '#api/checks.ts';
import { validatePodTemplate } from '#api/core/v1/pod-template-validation.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDomainPrefixedKey } from '#machinery/names/label.ts';
import type { Job } from './job.ts';
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policy-validation.ts';
import type { JobSpec } from './job-spec.ts';

const SPEC = new FieldPath('spec');
const MOST_INDEXED_PARALLELISM = 100_000;
const MANAGED_BY_LIMIT = 63;

export function validateJob(job: Job): FieldError[] {
  const { spec } = job;
  if (spec === undefined) return [required(SPEC)];
  const { selector, template } = spec;
  return [
    ...validateGeneratedSelector(job, spec),
    ...validateJobSpec(spec, SPEC),
    ...(selector === undefined
      ? [required(SPEC.child('selector'))]
      : validateLabelSelector(selector, SPEC.child('selector'))),
    ...templateLabelErrors(selector, template, SPEC.child('template')),
  ];
}

const UID_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid'];
const NAME_LABELS = ['batch.kubernetes.io/job-name', 'job-name'];

/** A selector that nobody wrote is the one that was made for this Job. */
function validateGeneratedSelector({ metadata }: Job, spec: JobSpec): FieldError[] {
  if (spec.manualSelector || spec.selector === undefined) return [];
  const { uid = '', name = '' } = metadata ?? {};
  if (uid === '') return [required(new FieldPath('metadata').child('uid'))];
  const labels = spec.template.metadata?.labels ?? {};
  const field = SPEC.child('template', 'metadata', 'labels');
  const wanted = [...UID_LABELS.map((key) => [key, uid]), ...NAME_LABELS.map((key) => [key, name])] as [
    string,
    string,
  ][];
  const errors: FieldError[] = [];
  for (const [key, value] of wanted) {
    if (labels[key] === undefined) errors.push(required(field.key(key), `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(field, labels, `must be '${value}'`));
  }
  const matchLabels = spec.selector.matchLabels ?? {};
  if (UID_LABELS.some((key) => matchLabels[key] === uid)) return errors;
  return [...errors, invalid(SPEC.child('selector'), spec.selector, '`selector` not auto-generated')];
}

/** The rules of a Job's spec but for its selector, which the Jobs of a CronJob do not have yet. */
export function validateJobSpec(spec: JobSpec, field: FieldPath): FieldError[] {
  return [
    ...COUNTS.flatMap((name) => nonNegative(field.child(name), spec[name])),
    ...validatePerIndex(spec, field),
    ...validateManager(spec.managedBy, field.child('managedBy')),
    ...optionalOneOf(field.child('completionMode'), spec.completionMode, ['NonIndexed', 'Indexed']),
    ...validateIndexed(spec, field),
    ...(spec.podFailurePolicy ? validatePodFailurePolicy(spec, field.child('podFailurePolicy')) : []),
    ...(spec.successPolicy ? validateSuccessPolicy(spec, field.child('successPolicy')) : []),
    ...validateReplacement(spec, field.child('podReplacementPolicy')),
    ...validatePodTemplate(spec.template, field.child('template')),
    ...validateRestartPolicy(spec, field.child('template', 'spec', 'restartPolicy')),
  ];
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

function validatePerIndex(spec: JobSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { backoffLimitPerIndex, maxFailedIndexes, completions } = spec;
  if (maxFailedIndexes !== undefined) {
    const at = field.child('maxFailedIndexes');
    if (backoffLimitPerIndex === undefined) {
      errors.push(required(field.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
    }
    if (completions !== undefined && maxFailedIndexes > completions) {
      errors.push(invalid(at, maxFailedIndexes, `must be less than or equal to ${completions}`));
    }
  }
  if (backoffLimitPerIndex !== undefined && spec.completionMode !== 'Indexed') {
    errors.push(invalid(field.child('backoffLimitPerIndex'), backoffLimitPerIndex, 'requires indexed completion mode'));
  }
  return errors;
}

function validateManager(managedBy: string | undefined, field: FieldPath): FieldError[] {
  if (managedBy === undefined) return [];
  const errors = isDomainPrefixedKey(managedBy).map((detail) => invalid(field, managedBy, detail));
  if (managedBy.length > MANAGED_BY_LIMIT) errors.push(tooLong(field, MANAGED_BY_LIMIT));
  return errors;
}

function validateIndexed(spec: JobSpec, field: FieldPath): FieldError[] {
  if (spec.completionMode !== 'Indexed') return [];
  if (spec.completions === undefined) {
    return [required(field.child('completions'), 'when completion mode is Indexed')];
  }
  const at = field.child('parallelism');
  const { parallelism = 0 } = spec;
  return parallelism > MOST_INDEXED_PARALLELISM
    ? [
        invalid(
          at,
          parallelism,
          `must be less than or equal to ${MOST_INDEXED_PARALLELISM} when completion mode is Indexed`,
        ),
      ]
    : [];
}

function validateReplacement({ podReplacementPolicy, podFailurePolicy }: JobSpec, field: FieldPath): FieldError[] {
  if (podReplacementPolicy === undefined) return [];
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return supported.includes(podReplacementPolicy) ? [] : [notSupported(field, podReplacementPolicy, supported)];
}

function validateRestartPolicy(spec: JobSpec, field: FieldPath): FieldError[] {
  const policy = spec.template.spec?.restartPolicy ?? '';
  if (policy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(field, policy, ['OnFailure', 'Never'])];
  if (policy === 'OnFailure' && spec.podFailurePolicy !== undefined) {
    return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  }
  return [];
}
