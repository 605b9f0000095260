import { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { LabelSelector } from '#api/meta/v1/label-selector.ts';
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
} from '#machinery/schema/schema.ts';

export const PodFailurePolicyOnExitCodesRequirement = message(
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
  {
    containerName: ptr(1, string),
    operator: req(2, enumeration('In', 'NotIn')),
    values: req(3, list(int32), { listType: 'set' }),
  },
);
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof PodFailurePolicyOnExitCodesRequirement> {}

export const PodFailurePolicyOnPodConditionsPattern = message(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  {
    type: req(
      1,
      enumeration(
        'ContainersReady',
        'Initialized',
        'Ready',
        'PodScheduled',
        'DisruptionTarget',
        'PodReadyToStartContainers',
        'PodResizePending',
        'PodResizeInProgress',
        'AllContainersRestarting',
      ),
    ),
    status: opt(2, enumeration('True', 'False', 'Unknown'), { shown: 'zero' }),
  },
);
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyRule = message('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: req(1, enumeration('FailJob', 'FailIndex', 'Ignore', 'Count')),
  onExitCodes: ptr(2, PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: opt(3, list(PodFailurePolicyOnPodConditionsPattern)),
});
export interface PodFailurePolicyRule extends Infer<typeof PodFailurePolicyRule> {}

export const PodFailurePolicy = message('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: req(1, list(PodFailurePolicyRule)),
});
export interface PodFailurePolicy extends Infer<typeof PodFailurePolicy> {}

export const SuccessPolicyRule = message('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededIndexes: ptr(1, string),
  succeededCount: ptr(2, int32),
});
export interface SuccessPolicyRule extends Infer<typeof SuccessPolicyRule> {}

export const SuccessPolicy = message('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: req(1, list(SuccessPolicyRule)),
});
export interface SuccessPolicy extends Infer<typeof SuccessPolicy> {}

export const JobSpec = message(
  'io.k8s.api.batch.v1.JobSpec',
  {
    parallelism: ptr(1, int32, { description: 'Pods that run at a time' }),
    completions: ptr(2, int32, { description: 'Pods that have to succeed' }),
    activeDeadlineSeconds: ptr(3, int64, { description: 'Seconds that the Job may run' }),
    podFailurePolicy: ptr(11, PodFailurePolicy, { description: 'What to do about pods that fail in some way' }),
    successPolicy: ptr(16, SuccessPolicy),
    backoffLimit: ptr(7, int32, { description: 'Failures after which the Job has failed' }),
    backoffLimitPerIndex: ptr(12, int32),
    maxFailedIndexes: ptr(13, int32),
    selector: ptr(4, LabelSelector, { description: 'Labels of its pods; made by the server' }),
    manualSelector: ptr(5, bool, { description: 'Whether the client made the selector' }),
    template: req(6, PodTemplateSpec, { description: 'How its pods are made' }),
    ttlSecondsAfterFinished: ptr(8, int32, { description: 'Seconds after its end until it is deleted' }),
    completionMode: ptr(9, enumeration('NonIndexed', 'Indexed'), {
      description: 'Indexed gives every pod a number of its own',
    }),
    suspend: ptr(10, bool, { description: 'Whether it rests' }),
    podReplacementPolicy: ptr(14, enumeration('TerminatingOrFailed', 'Failed')),
    managedBy: ptr(15, string),
  },
  { description: 'What a Job does' },
);
export interface JobSpec extends Infer<typeof JobSpec> {}
