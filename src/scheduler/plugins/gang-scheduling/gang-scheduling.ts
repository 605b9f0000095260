import type { Pod } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import type { Plugin, QueueingHint } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type Status, unresolvable } from '../../framework/status.ts';
import { minCountOf, type PodGroupIndex } from '../../state/pod-group-index.ts';

const NAME = 'GangScheduling';

/** Keeps the pods of a gang out of the queue until enough of them are there. That they fit together is seen in one cycle. */
export function gangScheduling({ groups, featureGates }: PluginContext): Plugin {
  if (groups === undefined || !featureGates?.has(NAME)) return { name: NAME };
  const isComplete = (pod: Pod) => missing(groups, pod) === undefined;
  const concernsGroup: QueueingHint = ({ pod }, object) =>
    object !== undefined && groups.keyOf(pod) === keyOf(object) && isComplete(pod);
  const concernsFellow: QueueingHint = ({ pod }, other) =>
    groups.keyOf(pod) === groups.keyOf(other as Pod) && isComplete(pod);
  return {
    name: NAME,
    events: { PodGroupAdd: concernsGroup, UnscheduledPodAdd: concernsFellow, AssignedPodAdd: concernsFellow },
    preEnqueue: ({ pod }) => missing(groups, pod),
  };
}

/** What the pod's group lacks. */
function missing(groups: PodGroupIndex, pod: Pod): Status | undefined {
  if (groups.keyOf(pod) === undefined) return undefined;
  const { group, members } = groups.of(pod) ?? {};
  if (group === undefined) {
    const name = JSON.stringify(pod.spec?.schedulingGroup?.podGroupName);
    return unresolvable(NAME, `waiting for pods's pod group ${name} to appear in scheduling queue`);
  }
  if ((members?.size ?? 0) >= minCountOf(group)) return undefined;
  return unresolvable(NAME, 'waiting for minCount pods from a gang to appear in scheduling queue');
}
