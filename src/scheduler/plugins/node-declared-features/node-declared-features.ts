import { featuresToRun } from '#api/core/v1/declared-features.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { isItself } from '../../framework/own-change.ts';
import type { Plugin, QueueingHint } from '../../framework/plugin.ts';
import { skip, unresolvable } from '../../framework/status.ts';
import type { PodClass } from '../../state/pod-class.ts';

const NAME = 'NodeDeclaredFeatures';
const SKIP = skip(NAME);
const LACKING = unresolvable(NAME, "node(s) didn't match Pod's required features");

/** Pods that need a feature which nodes may have or not go where it is declared. */
export const nodeDeclaredFeatures = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: {
    NodeAdd: (pod, node) => declaresAll(node as Node, pod.class),
    NodeUpdateDeclaredFeature: (pod, node) => declaresAll(node as Node, pod.class),
    UnscheduledPodUpdate: needsOthers,
    UnscheduledPodUpdatePodScaleDown: needsOthers,
  },
  preFilter: ({ pod }) => (pod.class.features.length === 0 ? SKIP : undefined),
  filter: ({ pod }, { node }) => (declaresAll(node, pod.class) ? undefined : LACKING),
});

/** Whether the pod was changed so that it needs other features than before. */
const needsOthers: QueueingHint = (pod, object, old) =>
  isItself(pod, object, old) && !deepEqual(featuresOf(object as Pod), featuresOf(old as Pod));

const featuresOf = ({ spec }: Pod): readonly string[] => featuresToRun(spec ?? { containers: [] });

const declaresAll = ({ status }: Node, { features }: PodClass): boolean =>
  features.every((feature) => status?.declaredFeatures?.includes(feature));
