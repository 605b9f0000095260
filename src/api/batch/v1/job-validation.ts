import { templateLabelErrors } from '#api/apps/v1/workload-validation.ts';
import { checkDomainPrefixedPath, nonNegative, optionalOneOf } from '#api/checks.ts';
import { validatePodTemplate } from '#api/core/v1/pod-template-validation.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required, tooLong } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
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

/** The names of an indexed Job's pods end in their index. */
export function validateNewJob({ metadata, spec }: Job): FieldError[] {
  const { completions = 0, completionMode } = spec ?? {};
  const name = metadata?.name ?? '';
  const longest = `${name}-${completions - 1}`;
  if (completionMode !== 'Indexed' || completions <= 0 || isDNS1123Label(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalid(new FieldPath('metadata').child('name'), name, detail)];
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

const validatePerIndex = ({ backoffLimitPerIndex, maxFailedIndexes }: JobSpec, field: FieldPath): FieldError[] =>
  maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined
    ? [required(field.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified')]
    : [];

function validateManager(managedBy: string | undefined, field: FieldPath): FieldError[] {
  if (managedBy === undefined) return [];
  const errors = checkDomainPrefixedPath(field, managedBy);
  if (managedBy.length > MANAGED_BY_LIMIT) errors.push(tooLong(field, MANAGED_BY_LIMIT));
  return errors;
}

const MANY_COMPLETIONS = 100_000;
const MANY = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
const MOST_FAILED_INDEXES = 100_000;
const MOST_PARALLELISM_OF_MANY = 10_000;
const MOST_FAILED_INDEXES_OF_MANY = 10_000;

/** What indexed Jobs alone can have, and how much of it. */
function validateIndexed(spec: JobSpec, field: FieldPath): FieldError[] {
  const { completions, maxFailedIndexes, backoffLimitPerIndex, parallelism = 0 } = spec;
  if (spec.completionMode !== 'Indexed')
    return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
      spec[name] === undefined ? [] : [invalid(field.child(name), spec[name], 'requires indexed completion mode')],
    );
  const errors: FieldError[] = [];
  const failed = field.child('maxFailedIndexes');
  const atMost = (at: FieldPath, value: number, most: number, rest = '') => {
    if (value > most) errors.push(invalid(at, value, `must be less than or equal to ${most}${rest}`));
  };
  if (completions === undefined) errors.push(required(field.child('completions'), 'when completion mode is Indexed'));
  atMost(field.child('parallelism'), parallelism, MOST_INDEXED_PARALLELISM, ' when completion mode is Indexed');
  if (maxFailedIndexes !== undefined) {
    if (completions !== undefined && maxFailedIndexes > completions)
      errors.push(invalid(failed, maxFailedIndexes, 'must be less than or equal to completions'));
    atMost(failed, maxFailedIndexes, MOST_FAILED_INDEXES);
  }
  if (completions === undefined || completions <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return errors;
  if (maxFailedIndexes === undefined)
    errors.push(required(failed, `must be specified when completions is above ${MANY_COMPLETIONS}`));
  atMost(field.child('parallelism'), parallelism, MOST_PARALLELISM_OF_MANY, ` ${MANY}`);
  atMost(failed, maxFailedIndexes ?? 0, MOST_FAILED_INDEXES_OF_MANY, ` ${MANY}`);
  return errors;
}

function validateReplacement({ podReplacementPolicy, podFailurePolicy }: JobSpec, field: FieldPath): FieldError[] {
  if (podReplacementPolicy === undefined) return [];
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return supported.includes(podReplacementPolicy) ? [] : [notSupported(field, podReplacementPolicy, supported)];
}

function validateRestartPolicy(spec: JobSpec, field: FieldPath): FieldError[] {
  const policy = spec.template.spec?.restartPolicy ?? '';
  if (policy === 'Always' || policy === '') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(field, policy, ['OnFailure', 'Never'])];
  if (policy === 'OnFailure' && spec.podFailurePolicy !== undefined) {
    return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  }
  return [];
}
