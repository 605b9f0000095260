import type { Pod } from '#api/core/v1/pod.ts';
import type { PriorityClass } from '#api/scheduling/v1/priority-class.ts';
import { newForbidden } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';

/** Priority classes by name, and the one for pods that name none. */
export interface PriorityClassSource {
  get(name: string): PriorityClass | undefined;
  globalDefault(): PriorityClass | undefined;
}

/** Resolves a pod's priority class to its number. */
export function createPriorityAdmission(source: PriorityClassSource): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate({ operation, target, definition, object }) {
      if (definition.kind !== 'Pod' || definition.group !== '' || target.subresource !== '' || operation !== 'CREATE')
        return;
      const { spec, metadata } = object as Mutable<Pod>;
      if (!spec) return;
      const refuse = (detail: string) => newForbidden({ group: '', resource: 'pods' }, metadata?.name ?? '', detail);
      const found = spec.priorityClassName ? source.get(spec.priorityClassName) : source.globalDefault();
      if (spec.priorityClassName && !found)
        throw refuse(`no PriorityClass with name ${spec.priorityClassName} was found`);
      const value = found?.value ?? 0;
      if (spec.priority !== undefined && spec.priority !== value) {
        throw refuse(
          `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
        );
      }
      if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata?.name ?? '';
      spec.priority = value;
      spec.preemptionPolicy ??= (found?.preemptionPolicy ?? 'PreemptLowerPriority') as never;
    },
  };
}
