import { ObjectReference } from '#api/core/v1/references.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  enumeration,
  type Infer,
  int32,
  int64,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { cronJobColumns } from './cron-job-columns.ts';
import { cronJobStrategy } from './cron-job-strategy.ts';
import { JobSpec } from './job-spec.ts';

export const JobTemplateSpec = message('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: opt(1, ObjectMeta),
  spec: opt(2, JobSpec),
});
export interface JobTemplateSpec extends Infer<typeof JobTemplateSpec> {}

export const CronJobSpec = message(
  'io.k8s.api.batch.v1.CronJobSpec',
  {
    schedule: req(1, string, { description: 'Minutes, hours, days, months and weekdays, as cron knows them' }),
    timeZone: ptr(8, string, { description: 'Time zone of the schedule' }),
    startingDeadlineSeconds: ptr(2, int64, { description: 'Seconds that a Job may be late' }),
    concurrencyPolicy: opt(3, enumeration('Allow', 'Forbid', 'Replace'), {
      description: 'What becomes of a Job that still runs: Allow, Forbid or Replace',
    }),
    suspend: ptr(4, bool, { description: 'Whether it rests' }),
    jobTemplate: req(5, JobTemplateSpec, { description: 'How its Jobs are made' }),
    successfulJobsHistoryLimit: ptr(6, int32, { description: 'Jobs that succeeded to keep' }),
    failedJobsHistoryLimit: ptr(7, int32, { description: 'Jobs that failed to keep' }),
  },
  { description: 'When Jobs are made, and which' },
);
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const CronJobStatus = message('io.k8s.api.batch.v1.CronJobStatus', {
  active: opt(1, list(ObjectReference)),
  lastScheduleTime: ptr(4, time),
  lastSuccessfulTime: ptr(5, time),
});
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJob = message(
  'io.k8s.api.batch.v1.CronJob',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, CronJobSpec, { description: 'What is wanted', shown: 'required' }),
    status: opt(3, CronJobStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Makes Jobs at times of a schedule' },
);
export interface CronJob extends Infer<typeof CronJob> {}

export const CronJobs: ResourceDefinition<CronJob> = {
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  singular: 'cronjob',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: CronJob,
  shortNames: ['cj'],
  categories: ['all'],
  subresources: {
    status: { group: 'batch', version: 'v1', kind: 'CronJob', verbs: ['get', 'patch', 'update'], type: 'status' },
  },
  columns: cronJobColumns,
  strategy: cronJobStrategy,
};
