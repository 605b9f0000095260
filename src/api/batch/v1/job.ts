import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { jobColumns } from './job-columns.ts';
import { jobFields } from './job-fields.ts';
import { JobSpec } from './job-spec.ts';
import { validateJobStatus } from './job-status-validation.ts';
import { jobStrategy } from './job-strategy.ts';

export const JobCondition = message('io.k8s.api.batch.v1.JobCondition', {
  type: req(1, enumeration('Suspended', 'Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastProbeTime: opt(3, time),
  lastTransitionTime: opt(4, time),
  reason: opt(5, string),
  message: opt(6, string),
});
export interface JobCondition extends Infer<typeof JobCondition> {}

export const UncountedTerminatedPods = message('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  succeeded: opt(1, list(string), { listType: 'set' }),
  failed: opt(2, list(string), { listType: 'set' }),
});
export interface UncountedTerminatedPods extends Infer<typeof UncountedTerminatedPods> {}

export const JobStatus = message('io.k8s.api.batch.v1.JobStatus', {
  conditions: opt(1, list(JobCondition), { patchStrategy: 'merge', mergeKey: 'type' }),
  startTime: ptr(2, time),
  completionTime: ptr(3, time),
  active: opt(4, int32),
  succeeded: opt(5, int32),
  failed: opt(6, int32),
  terminating: ptr(11, int32),
  completedIndexes: opt(7, string),
  failedIndexes: ptr(10, string),
  uncountedTerminatedPods: ptr(8, UncountedTerminatedPods),
  ready: ptr(9, int32),
});
export interface JobStatus extends Infer<typeof JobStatus> {}

export const Job = message(
  'io.k8s.api.batch.v1.Job',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, JobSpec, { description: 'What is wanted' }),
    status: opt(3, JobStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Runs pods until enough of them have succeeded' },
);
export interface Job extends Infer<typeof Job> {}

export const Jobs: ResourceDefinition<Job> = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Job,
  categories: ['all'],
  subresources: {
    status: {
      group: 'batch',
      version: 'v1',
      kind: 'Job',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateJobStatus,
    },
  },
  columns: jobColumns,
  selectableFields: jobFields,
  unknownFieldMessage: (field) => `field label "${field}" not supported for Job`,
  strategy: jobStrategy,
};
