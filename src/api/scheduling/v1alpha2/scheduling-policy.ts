import { checkEach, requireText } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { enumeration, type Infer, int32, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';

export const BasicSchedulingPolicy = message('io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy', {});
export interface BasicSchedulingPolicy extends Infer<typeof BasicSchedulingPolicy> {}

export const GangSchedulingPolicy = message('io.k8s.api.scheduling.v1alpha2.GangSchedulingPolicy', {
  minCount: req(1, int32, { description: 'So many pods must fit at the same time before any of them is bound' }),
});
export interface GangSchedulingPolicy extends Infer<typeof GangSchedulingPolicy> {}

export const PodGroupSchedulingPolicy = message('io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingPolicy', {
  basic: ptr(1, BasicSchedulingPolicy, { description: 'Pods are scheduled each for itself' }),
  gang: ptr(2, GangSchedulingPolicy, { description: 'All or nothing' }),
});
export interface PodGroupSchedulingPolicy extends Infer<typeof PodGroupSchedulingPolicy> {}

export const TopologyConstraint = message('io.k8s.api.scheduling.v1alpha2.TopologyConstraint', {
  key: req(1, string),
});

export const PodGroupSchedulingConstraints = message('io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingConstraints', {
  topology: opt(1, list(TopologyConstraint), { listType: 'atomic' }),
});

export const PodGroupResourceClaim = message('io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaim', {
  name: req(1, string),
  resourceClaimName: ptr(2, string),
  resourceClaimTemplateName: ptr(3, string),
});

/** How a group is scheduled: what a group and a template of groups have in common, from field number 2 on. */
export const schedulingFields = {
  schedulingPolicy: req(2, PodGroupSchedulingPolicy, { description: 'How its pods are scheduled' }),
  schedulingConstraints: ptr(3, PodGroupSchedulingConstraints, { disabledBy: 'TopologyAwareWorkloadScheduling' }),
  resourceClaims: opt(4, list(PodGroupResourceClaim), {
    patchStrategy: 'merge,retainKeys',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
    disabledBy: 'DRAWorkloadResourceClaims',
  }),
  disruptionMode: ptr(5, enumeration('Pod', 'PodGroup'), { disabledBy: 'WorkloadAwarePreemption' }),
  priorityClassName: opt(6, string, { disabledBy: 'WorkloadAwarePreemption' }),
  priority: ptr(7, int32, { disabledBy: 'WorkloadAwarePreemption' }),
};

/** Exactly one policy, and gangs of at least one. */
export function validateSchedulingPolicy(policy: PodGroupSchedulingPolicy | undefined, field: FieldPath): FieldError[] {
  const given = (['basic', 'gang'] as const).filter((name) => policy?.[name] !== undefined);
  if (given.length === 0) return [invalid(field, '', 'must specify one of: `basic`, `gang`')];
  if (given.length > 1) {
    return [invalid(field, `{${given.join(', ')}}`, 'must specify exactly one of: `basic`, `gang`')];
  }
  const { minCount } = policy?.gang ?? { minCount: 1 };
  const isEnough = minCount >= 1;
  return isEnough
    ? []
    : [invalid(field.child('gang').child('minCount'), minCount, 'must be greater than or equal to 1')];
}

/** The rules of templates, each of another name. */
export const validateTemplates = (
  templates: readonly { readonly name: string; readonly schedulingPolicy: PodGroupSchedulingPolicy }[] | undefined,
  field: FieldPath,
): FieldError[] =>
  checkEach(templates, field, ({ name, schedulingPolicy }, at) => [
    ...requireText(at.child('name'), name, isDNS1123Label),
    ...validateSchedulingPolicy(schedulingPolicy, at.child('schedulingPolicy')),
  ]);
