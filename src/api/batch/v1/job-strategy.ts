import { isNewlySpecified, podsNameWarnings } from '#api/core/v1/name-warnings.ts';
import { applyPodTemplateDefaults } from '#api/core/v1/pod-template-defaults.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Job } from './job.ts';
import type { JobSpec } from './job-spec.ts';
import { validateJobUpdate } from './job-update-validation.ts';
import { validateJob, validateNewJob } from './job-validation.ts';
import { jobSpecWarnings } from './job-warnings.ts';

const MAX_INT32 = 2 ** 31 - 1;
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';

export const jobStrategy: Strategy<Job> = {
  hasGeneration: true,
  warn: (job, old) => [
    ...podsNameWarnings(job, old),
    ...(isNewlySpecified(job, old) ? jobSpecWarnings(job.spec, new FieldPath('spec')) : []),
  ],
  garbageCollection: 'orphans by default',
  deletionWarning:
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  applyDefaults(job) {
    const { spec } = job;
    if (spec === undefined) return;
    applySpecDefaults(spec);
    applyJobTemplateDefaults(spec);
    labelAsTemplate(job);
  },
  prepareForCreate(job) {
    job.status = {};
    generateSelector(job);
    // What the template has been given now is there whenever the Job is read.
    labelAsTemplate(job);
  },
  validate: validateJob,
  validateCreate: validateNewJob,
  validateUpdate: validateJobUpdate,
};

/** A Job without labels has those of its pods. */
function labelAsTemplate(job: Mutable<Job>): void {
  const labels = job.spec?.template?.metadata?.labels;
  const metadata = (job.metadata ??= {});
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

function applySpecDefaults(spec: Mutable<JobSpec>): void {
  // Without either number a Job is one pod; with parallelism alone it is a work queue that pods end themselves.
  if (spec.completions === undefined && spec.parallelism === undefined) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
}

/** What a Job has also inside a CronJob, whose other fields stay as they were written. */
export function applyJobTemplateDefaults(spec: Mutable<JobSpec>): void {
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
  applyPodTemplateDefaults(spec.template);
}

/** Jobs find their pods by their own uid, so that no two can take each other's. */
function generateSelector({ metadata, spec }: Mutable<Job>): void {
  if (spec === undefined || spec.manualSelector) return;
  const uid = metadata?.uid ?? '';
  const name = metadata?.name ?? '';
  const template = (spec.template.metadata ??= {});
  template.labels = {
    [CONTROLLER_UID]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
    ...template.labels,
  };
  const selector = (spec.selector ??= {});
  selector.matchLabels = { [CONTROLLER_UID]: uid, ...selector.matchLabels };
}
