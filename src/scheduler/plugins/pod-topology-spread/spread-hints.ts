import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isItself } from '../../framework/own-change.ts';
import type { QueueingHint } from '../../framework/plugin.ts';
import type { PodClass } from '../../state/pod-class.ts';
import type { SpreadConstraint } from './spread-constraint.ts';

/** Which events may help pods that were refused for the sake of these constraints. */
export function spreadHints(constraintsOf: (podClass: PodClass) => readonly SpreadConstraint[]) {
  const isMeant = (constraints: readonly SpreadConstraint[], pod: Pod): boolean =>
    constraints.some(({ selector }) => selector.matches(pod.metadata?.labels ?? {}));
  const changed: QueueingHint = ({ class: podClass }, object, old) => {
    const pod = object as Pod;
    if (pod.metadata?.namespace !== podClass.namespace) return false;
    const constraints = constraintsOf(podClass);
    if (old === undefined) return isMeant(constraints, pod);
    const isLeaving = pod.metadata?.deletionTimestamp !== (old as Pod).metadata?.deletionTimestamp;
    return isLeaving ? isMeant(constraints, pod) : isMeant(constraints, pod) !== isMeant(constraints, old as Pod);
  };
  const relabelled: QueueingHint = (waiting, object, old) =>
    isItself(waiting, object, old) &&
    constraintsOf(waiting.class).some(
      ({ selector }) =>
        selector.matches(object?.metadata?.labels ?? {}) !== selector.matches(old?.metadata?.labels ?? {}),
    );
  const tolerates: QueueingHint = (waiting, object, old) =>
    isItself(waiting, object, old) && constraintsOf(waiting.class).some(({ honorsTaints }) => honorsTaints);
  const nodeChanged: QueueingHint = ({ class: podClass }, object, old) => {
    const constraints = constraintsOf(podClass);
    const labels = (node: unknown) => (node as Node).metadata?.labels ?? {};
    const hasAll = (node: unknown) => constraints.every(({ topologyKey }) => labels(node)[topologyKey] !== undefined);
    if (old === undefined) return hasAll(object);
    if (hasAll(object) !== hasAll(old)) return true;
    if (!hasAll(object)) return false;
    if (!deepEqual((object as Node).spec?.taints ?? [], (old as Node).spec?.taints ?? [])) return true;
    return constraints.some(({ topologyKey }) => labels(object)[topologyKey] !== labels(old)[topologyKey]);
  };
  return {
    NodeAdd: nodeChanged,
    NodeDelete: nodeChanged,
    NodeUpdateLabel: nodeChanged,
    NodeUpdateTaint: nodeChanged,
    AssignedPodAdd: changed,
    AssignedPodUpdate: changed,
    AssignedPodDelete: changed,
    UnscheduledPodUpdatePodLabel: relabelled,
    UnscheduledPodUpdatePodToleration: tolerates,
  };
}
