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

export const CronJobSpec = message('io.k8s.api.batch.v1.CronJobSpec', {
  schedule: req(1, string),
  timeZone: ptr(8, string),
  startingDeadlineSeconds: ptr(2, int64),
  concurrencyPolicy: opt(3, enumeration('Allow', 'Forbid', 'Replace')),
  suspend: ptr(4, bool),
  jobTemplate: req(5, JobTemplateSpec),
  successfulJobsHistoryLimit: ptr(6, int32),
  failedJobsHistoryLimit: ptr(7, int32),
});
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const CronJobStatus = message('io.k8s.api.batch.v1.CronJobStatus', {
  active: opt(1, list(ObjectReference)),
  lastScheduleTime: ptr(4, time),
  lastSuccessfulTime: ptr(5, time),
});
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJob = message('io.k8s.api.batch.v1.CronJob', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, CronJobSpec),
  status: opt(3, CronJobStatus),
});
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
