import type { Pod } from '#api/core/v1/pod.ts';
import { type PriorityClass, PriorityClasses } from '#api/scheduling/v1/priority-class.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

/** Resolves a pod's priority class to its number, and keeps one class at most the default. */
export function createPriorityAdmission(source: AdmissionReader): AdmissionPlugin {
  const globalDefault = () => defaultAmong(source.list(PriorityClasses, ''));
  return {
    name: 'Priority',
    resources: ['pods', 'priorityclasses.scheduling.k8s.io'],
    mutate(attributes) {
      if (!isAbout(attributes, 'pods')) return;
      if (attributes.operation === 'UPDATE') keepPriority(attributes);
      if (attributes.operation !== 'CREATE') return;
      const pod = attributes.object as Mutable<Pod>;
      const name = pod.spec?.priorityClassName;
      const found = name ? source.get(PriorityClasses, '', name) : globalDefault();
      if (name && !found) throw forbidden(attributes, `no PriorityClass with name ${name} was found`);
      setPriority(attributes, pod, found);
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
  const refuse = (what: string, given: unknown, computed: unknown) =>
    forbidden(
      attributes,
      `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`,
    );
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse('integer value of priority', spec.priority, value);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse('string value of PreemptionPolicy', spec.preemptionPolicy, policy);
  }
  if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata?.name ?? '';
  spec.priority = value;
  spec.preemptionPolicy = policy as never;
}
