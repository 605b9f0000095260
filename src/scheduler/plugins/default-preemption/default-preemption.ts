import { type Diagnosis, diagnosisMessage } from '../../framework/diagnosis.ts';
import type { Plugin, PostFilterResult } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { unresolvable } from '../../framework/status.ts';
import { priorityOf } from '../../state/pod-group-index.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { CandidateSearch, type CandidateSearchArgs } from './candidate-search.ts';
import { Evictions, preemptorOf } from './eviction.ts';
import { agreedWithExtenders } from './extender-consent.ts';
import { isBeingPreempted, selectGroupVictims, whyGroupIneligible } from './group-victims.ts';

const NAME = 'DefaultPreemption';
const UNHELPFUL = unresolvable(NAME, 'Preemption is not helpful for scheduling');
const UNDER_WAY = unresolvable(NAME, 'waiting for the preemption for this pod to be finished');

/** Makes room for pods of higher priority by sending away others. */
export function defaultPreemption(context: PluginContext, args: CandidateSearchArgs = {}): Plugin {
  const evictions = new Evictions(context);
  const search = new CandidateSearch(context, args);
  return {
    name: NAME,
    preEnqueue: ({ uid }) => (evictions.isUnderWay(uid) ? UNDER_WAY : undefined),
    postFilter(cycle, diagnosis): PostFilterResult | Promise<PostFilterResult> {
      context.metrics.preemption.tried();
      const ineligible = whyIneligible(context, cycle.pod, diagnosis);
      if (ineligible) return { reasons: [`preemption: ${ineligible}`] };
      const found = search.find(cycle, diagnosis);
      if (found.best === undefined) {
        const nodeCount = cycle.within?.nodes.size ?? context.state.list().length;
        const { verdicts } = found;
        const text = diagnosisMessage({ nodeCount, verdicts, absent: UNHELPFUL, plugins: new Set() });
        return { nominated: '', reasons: [`preemption: ${text}`] };
      }
      if (context.extenders.mayPreempt(cycle.pod.pod)) {
        return agreedWithExtenders(context.extenders, cycle.pod.pod, found.all()).then((best) => {
          if (best === undefined) return { reasons: ['preemption: no candidate node for preemption'] };
          evictions.start(preemptorOf(cycle.pod), best);
          return { nominated: best.nodeName };
        });
      }
      evictions.start(preemptorOf(cycle.pod), found.best);
      return { nominated: found.best.nodeName };
    },
    postFilterGroup(unfit) {
      context.metrics.preemption.tried();
      const ineligible = whyGroupIneligible(context, unfit);
      if (ineligible) return { reasons: [ineligible] };
      const victims = selectGroupVictims(unfit, { groups: context.groups, budgets: search.budgets() });
      if (typeof victims === 'string') return { reasons: [victims] };
      const { group, pods, schedulerName } = unfit;
      const preemptor = { kind: 'podgroup', object: group, priority: priorityOf(group), schedulerName, pods } as const;
      evictions.start(preemptor, { pods: victims, nodeName: 'cluster' });
      return {};
    },
  };
}

/** A pod that never preempts, or for which room is being made already, does not preempt. */
function whyIneligible(
  { state, nominations }: PluginContext,
  { pod, uid, priority }: PodInfo,
  { verdicts }: Diagnosis,
): string | undefined {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = state.get(nominations.nodeOf(uid) ?? '');
  if (nominated === undefined || verdicts.of(nominated)?.code === 'UnschedulableAndUnresolvable') return undefined;
  for (const other of nominated.pods.values()) {
    if (other.priority < priority && isBeingPreempted(other)) {
      return 'not eligible due to a terminating pod on the nominated node.';
    }
  }
  return undefined;
}
