import type { TopologySpreadConstraint } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import { type Selector, selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { requiredAffinityMatches } from '../../framework/node-affinity.ts';
import { untolerated } from '../../framework/tolerations.ts';
import type { PodClass } from '../../state/pod-class.ts';
import { narrowedByKeys } from '../../state/pod-term.ts';

/** A constraint of one class of pods. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  /** By labels alone. */
  readonly selector: Selector;
  /** 1 when pods of the class itself are among those to be spread, otherwise 0. */
  readonly own: 0 | 1;
  /** Whether a pod is one of those to be spread. Terminating pods are not. */
  readonly counts: (podClass: PodClass) => boolean;
  /** Whether nodes with taints that the pod does not tolerate are left out. */
  readonly honorsTaints: boolean;
  /** Whether the policies of the constraint let a node take part. */
  readonly includes: (node: Node) => boolean;
}

export type Action = 'DoNotSchedule' | 'ScheduleAnyway';

/** The constraints of a class with this action; `selector` stands in place of theirs. */
export function constraintsOf(
  podClass: PodClass,
  constraints: readonly TopologySpreadConstraint[],
  { action, selector }: { readonly action: Action; readonly selector?: Selector },
): SpreadConstraint[] {
  return constraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map((constraint) =>
      bound(
        podClass,
        constraint,
        selector ??
          narrowedByKeys(selectorFromObject(constraint.labelSelector), constraint.matchLabelKeys, podClass.labels),
      ),
    );
}

function bound(podClass: PodClass, constraint: TopologySpreadConstraint, selector: Selector): SpreadConstraint {
  const { maxSkew, topologyKey, minDomains = 1, nodeAffinityPolicy = 'Honor', nodeTaintsPolicy } = constraint;
  const { pod, namespace } = podClass;
  return {
    maxSkew,
    topologyKey,
    minDomains: minDomains ?? 1,
    selector,
    own: selector.matches(podClass.labels) ? 1 : 0,
    honorsTaints: nodeTaintsPolicy === 'Honor',
    counts: (other) => !other.terminating && other.namespace === namespace && selector.matches(other.labels),
    includes: (node) =>
      (nodeAffinityPolicy === 'Ignore' || requiredAffinityMatches(pod, node)) &&
      (nodeTaintsPolicy !== 'Honor' ||
        !untolerated(node.spec?.taints, pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute'])),
  };
}
