import type { Pod } from '#api/core/v1/pod.ts';
import { type PriorityClass, PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

const GROUPS = 'podgroups.scheduling.k8s.io';

/** Resolves the priority class of a pod, or of a group of pods, to its number, and keeps one class at most the default. */
export function createPriorityAdmission(source: AdmissionSource): AdmissionPlugin {
  const globalDefault = () => defaultAmong(source.list(PriorityClasses, ''));
  return {
    name: 'Priority',
    resources: ['pods', GROUPS, 'priorityclasses.scheduling.k8s.io'],
    mutate(attributes) {
      const isGroup = isAbout(attributes, GROUPS) && source.featureGates.has('WorkloadAwarePreemption');
      if (!isGroup && !isAbout(attributes, 'pods')) return;
      if (attributes.operation === 'UPDATE' && !isGroup) keepPriority(attributes);
      if (attributes.operation !== 'CREATE') return;
      const name = (attributes.object as Pod | PodGroup).spec?.priorityClassName;
      const found = name ? source.get(PriorityClasses, '', name) : globalDefault();
      if (name && !found) throw forbidden(attributes, `no PriorityClass with name ${name} was found`);
      if (isGroup) setGroupPriority(attributes, found);
      else setPriority(attributes, attributes.object as Mutable<Pod>, found);
    },
    validate(attributes) {
      if (!isAbout(attributes, 'priorityclasses.scheduling.k8s.io')) return;
      const { operation, object } = attributes;
      if (operation === 'DELETE' || !(object as PriorityClass).globalDefault) return;
      const name = object?.metadata?.name ?? '';
      const other = globalDefault()?.metadata?.name;
      if (other === undefined || (operation === 'UPDATE' && other === name)) return;
      throw forbidden(attributes, `PriorityClass ${other} is already marked as default. Only one default can exist`);
    },
  };
}

/** The least of the defaults, should there be several. */
const defaultAmong = (classes: readonly PriorityClass[]): PriorityClass | undefined =>
  classes.filter(({ globalDefault }) => globalDefault).sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];

/** Clients that never saw the computed fields do not take them away. */
function keepPriority({ object, oldObject }: AdmissionAttributes): void {
  const { spec } = object as Mutable<Pod>;
  const before = (oldObject as Pod).spec;
  if (!spec || !before) return;
  if (spec.priority === undefined && before.priority !== undefined) spec.priority = before.priority;
  if (spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined)
    spec.preemptionPolicy = before.preemptionPolicy;
}

function setPriority(attributes: AdmissionAttributes, { spec }: Mutable<Pod>, found: PriorityClass | undefined): void {
  if (!spec) return;
  const value = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refusal(attributes, { what: NUMBER, where: 'pod', given: spec.priority, computed: value });
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    const what = 'string value of PreemptionPolicy';
    throw refusal(attributes, { what, where: 'pod', given: spec.preemptionPolicy, computed: policy });
  }
  if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata?.name ?? '';
  spec.priority = value;
  spec.preemptionPolicy = policy as never;
}

function setGroupPriority(attributes: AdmissionAttributes, found: PriorityClass | undefined): void {
  const { spec } = attributes.object as Mutable<PodGroup>;
  if (!spec) return;
  const value = found?.value ?? 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refusal(attributes, { what: NUMBER, where: 'pod group', given: spec.priority, computed: value });
  }
  if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata?.name ?? '';
  spec.priority = value;
}

const NUMBER = 'integer value of priority';

function refusal(
  attributes: AdmissionAttributes,
  { what, where, given, computed }: { what: string; where: string; given: unknown; computed: unknown },
) {
  return forbidden(
    attributes,
    `the ${what} (${given}) must not be provided in ${where} spec; priority admission controller computed ${computed} from the given PriorityClass name`,
  );
}
