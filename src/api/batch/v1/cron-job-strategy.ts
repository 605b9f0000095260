import { isNewlySpecified, podsNameWarnings } from '#api/core/v1/name-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { CronJob } from './cron-job.ts';
import { validateCronJob, validateCronJobName } from './cron-job-validation.ts';
import { applyJobTemplateDefaults } from './job-strategy.ts';
import { jobSpecWarnings } from './job-warnings.ts';

// The place is named as upstream names it.
const ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';

export const cronJobStrategy: Strategy<CronJob> = {
  hasGeneration: true,
  warn: (job, old) => [
    ...podsNameWarnings(job, old),
    ...(isNewlySpecified(job, old)
      ? jobSpecWarnings(job.spec?.jobTemplate?.spec, new FieldPath('spec').child('jobTemplate', 'spec'))
      : []),
    ...(old && job.spec?.schedule?.includes('TZ') ? [ZONE_IN_SCHEDULE] : []),
  ],
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    if (spec.jobTemplate?.spec) applyJobTemplateDefaults(spec.jobTemplate.spec);
  },
  prepareForCreate(job) {
    job.status = {};
  },
  validate: (job) => validateCronJob(job),
  validateCreate: validateCronJobName,
  validateUpdate: validateCronJob,
  updateChecks: 'changes only',
};
