import { checkEach, checkText, immutable, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, invalid, tooMany } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { enumeration, type Infer, int32, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { PodGroupResourceClaim, validateGroupClaims } from './group-claims.ts';

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
  key: req(1, string, { description: 'Label of nodes: all pods of the group lie on nodes with the same value of it' }),
});

export const PodGroupSchedulingConstraints = message('io.k8s.api.scheduling.v1alpha2.PodGroupSchedulingConstraints', {
  topology: opt(1, list(TopologyConstraint), { listType: 'atomic', description: 'What the nodes have in common' }),
});
export interface PodGroupSchedulingConstraints extends Infer<typeof PodGroupSchedulingConstraints> {}

/** Whether a group's pods have to make room each for itself or only all together. */
export const DisruptionMode = enumeration('Pod', 'PodGroup');

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
    description: 'Claims for devices that its pods share',
  }),
  disruptionMode: ptr(5, DisruptionMode, { disabledBy: 'WorkloadAwarePreemption' }),
  priorityClassName: opt(6, string, { disabledBy: 'WorkloadAwarePreemption' }),
  priority: ptr(7, int32, { disabledBy: 'WorkloadAwarePreemption' }),
};

/** What the rules look at of a group or a template. */
interface Scheduling {
  readonly schedulingPolicy: PodGroupSchedulingPolicy;
  readonly schedulingConstraints?: PodGroupSchedulingConstraints;
  readonly resourceClaims?: readonly PodGroupResourceClaim[];
  readonly priorityClassName?: string;
  readonly priority?: number;
}

const MOST_CONSTRAINTS = 1;
const HIGHEST_PRIORITY = 1_000_000_000;

/** The rules that groups and templates have in common; `at` is where these fields lie. */
export function validateScheduling(scheduling: Scheduling | undefined, at: FieldPath): FieldError[] {
  const { schedulingConstraints, priorityClassName, priority } = scheduling ?? {};
  const { topology = [] } = schedulingConstraints ?? {};
  const field = at.child('schedulingConstraints').child('topology');
  const errors = validatePolicy(scheduling?.schedulingPolicy, at.child('schedulingPolicy'));
  if (topology.length > MOST_CONSTRAINTS) errors.push(tooMany(field, topology.length, MOST_CONSTRAINTS));
  append(
    errors,
    checkEach(topology, field, ({ key }, each) => requireText(each.child('key'), key, isQualifiedName)),
  );
  append(errors, validateGroupClaims(scheduling?.resourceClaims, at.child('resourceClaims')));
  if (priorityClassName) {
    append(errors, checkText(at.child('priorityClassName'), priorityClassName, isDNS1123Subdomain));
  }
  if (priority !== undefined && priority > HIGHEST_PRIORITY) {
    errors.push(invalid(at.child('priority'), priority, `must be less than or equal to ${HIGHEST_PRIORITY}`));
  }
  return errors;
}

/** How a group is scheduled is decided when it is made. */
export const keepsScheduling = <T extends object>(now: T | undefined, old: T | undefined, at: FieldPath) =>
  (Object.keys(schedulingFields) as (keyof T & string)[]).flatMap((name) =>
    immutable(at.child(name), now?.[name], old?.[name]),
  );

/** Exactly one policy, and gangs of at least one. */
function validatePolicy(policy: PodGroupSchedulingPolicy | undefined, field: FieldPath): FieldError[] {
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
  templates: readonly (Scheduling & { readonly name: string })[] | undefined,
  field: FieldPath,
): FieldError[] =>
  checkEach(templates, field, (template, at) => [
    ...requireText(at.child('name'), template.name, isDNS1123Label),
    ...validateScheduling(template, at),
  ]);
