import { checkText, immutable, requireText } from '#api/checks.ts';
import { Condition } from '#api/meta/v1/condition.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { checkSet } from '#api/resource/v1/resource-checks.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { type Infer, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { MOST_GROUP_CLAIMS } from './group-claims.ts';
import { DisruptionMode, keepsScheduling, schedulingFields, validateScheduling } from './scheduling-policy.ts';

export const WorkloadPodGroupTemplateReference = message(
  'io.k8s.api.scheduling.v1alpha2.WorkloadPodGroupTemplateReference',
  { workloadName: req(1, string), podGroupTemplateName: req(2, string) },
);

export const PodGroupTemplateReference = message('io.k8s.api.scheduling.v1alpha2.PodGroupTemplateReference', {
  workload: ptr(1, WorkloadPodGroupTemplateReference),
});

export const PodGroupSpec = message('io.k8s.api.scheduling.v1alpha2.PodGroupSpec', {
  podGroupTemplateRef: ptr(1, PodGroupTemplateReference, { description: 'The template that the group was made from' }),
  ...schedulingFields,
  disruptionMode: ptr(5, DisruptionMode, {
    default: 'Pod',
    disabledBy: 'WorkloadAwarePreemption',
    description: 'Whether its pods make room for others each for itself or only all together',
  }),
  priorityClassName: opt(6, string, {
    disabledBy: 'WorkloadAwarePreemption',
    description: 'How important the group is among all that make room for each other',
  }),
});
export interface PodGroupSpec extends Infer<typeof PodGroupSpec> {}

export const PodGroupResourceClaimStatus = message('io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaimStatus', {
  name: req(1, string),
  resourceClaimName: ptr(2, string),
});

export const PodGroupStatus = message('io.k8s.api.scheduling.v1alpha2.PodGroupStatus', {
  conditions: opt(1, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
  resourceClaimStatuses: opt(2, list(PodGroupResourceClaimStatus), {
    patchStrategy: 'merge,retainKeys',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
    disabledBy: 'DRAWorkloadResourceClaims',
    description: 'What its claims are called that were made from templates',
  }),
});
export interface PodGroupStatus extends Infer<typeof PodGroupStatus> {}

export const PodGroup = message(
  'io.k8s.api.scheduling.v1alpha2.PodGroup',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, PodGroupSpec, { description: 'What is wanted' }),
    status: opt(3, PodGroupStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Pods that are scheduled together' },
);
export interface PodGroup extends Infer<typeof PodGroup> {}

const SPEC = new FieldPath('spec');
const STATUS = new FieldPath('status');

const validateStatus = ({ spec, status }: PodGroup): FieldError[] => [
  ...validateConditions(status?.conditions, STATUS.child('conditions')),
  ...checkSet(status?.resourceClaimStatuses, STATUS.child('resourceClaimStatuses'), {
    most: MOST_GROUP_CLAIMS,
    key: ({ name }) => name,
    check: ({ name, resourceClaimName }, at) => [
      ...(resourceClaimName ? checkText(at.child('resourceClaimName'), resourceClaimName, isDNS1123Subdomain) : []),
      ...(spec?.resourceClaims?.some((each) => each.name === name)
        ? []
        : [invalid(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`')]),
    ],
  }),
];

const podGroupStrategy: Strategy<PodGroup> = {
  hasGeneration: true,
  prepareForCreate(group) {
    delete group.status;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    const { workload } = spec?.podGroupTemplateRef ?? {};
    if (workload) {
      const field = SPEC.child('podGroupTemplateRef').child('workload');
      append(errors, requireText(field.child('workloadName'), workload.workloadName));
      append(errors, requireText(field.child('podGroupTemplateName'), workload.podGroupTemplateName));
    }
    return [...errors, ...validateScheduling(spec, SPEC)];
  },
  validateUpdate: ({ spec }, old) => [
    ...immutable(SPEC.child('podGroupTemplateRef'), spec?.podGroupTemplateRef, old.spec?.podGroupTemplateRef),
    ...keepsScheduling(spec, old.spec, SPEC),
  ],
};

export const PodGroups: ResourceDefinition<PodGroup> = {
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  kind: 'PodGroup',
  plural: 'podgroups',
  singular: 'podgroup',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PodGroup,
  subresources: {
    status: {
      group: 'scheduling.k8s.io',
      version: 'v1alpha2',
      kind: 'PodGroup',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateStatus,
    },
  },
  strategy: podGroupStrategy,
};
