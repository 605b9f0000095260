import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { CronJob } from './cron-job.ts';
import { validateCronJob, validateCronJobName } from './cron-job-validation.ts';
import { applyJobTemplateDefaults } from './job-strategy.ts';

export const cronJobStrategy: Strategy<CronJob> = {
  hasGeneration: true,
  warn: ({ spec }) =>
    templateWarnings(spec?.jobTemplate?.spec?.template, new FieldPath('spec').child('jobTemplate', 'spec', 'template')),
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
