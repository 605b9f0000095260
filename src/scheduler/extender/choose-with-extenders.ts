import type { Random } from '#base/random.ts';
import { indexOfBest } from '../framework/best-node.ts';
import type { Choice, Framework } from '../framework/framework.ts';
import type { Nominations } from '../framework/nominations.ts';
import type { Cycle } from '../framework/plugin.ts';
import { Verdicts } from '../framework/verdicts.ts';
import type { NodeInfo } from '../state/node-info.ts';
import { EXTENDER, type Extenders } from './extenders.ts';

export interface ChoiceOptions {
  readonly framework: Framework;
  readonly extenders: Extenders;
  readonly nominations: Nominations;
  readonly random: Random;
  readonly withoutNomination?: boolean;
}

/** The best node for a pod in which extenders have a say: they may refuse nodes, and add to their scores. */
export async function chooseWithExtenders(cycle: Cycle, options: ChoiceOptions): Promise<Choice> {
  const { framework, extenders, nominations, random, withoutNomination = false } = options;
  const { state } = cycle;
  const { pod } = cycle.pod;
  const outcome = framework.filter(cycle, { withoutNomination });
  if (!outcome.fits) return outcome;
  const verdicts = new Map(outcome.refused());
  const nodes = Array.from(outcome.nodes.slots, (slot) => state.at(slot) as NodeInfo);
  const { fitting, refused } = await extenders.filter(pod, nodes);
  if (fitting.length === 0) {
    const isNominated = nominations.nodeOf(cycle.pod.uid) === nodes[0]?.name && nodes.length === 1;
    if (isNominated && !withoutNomination) return chooseWithExtenders(cycle, { ...options, withoutNomination: true });
    for (const [node, status] of refused) verdicts.set(node, status);
    const all = new Verdicts(verdicts);
    const plugins = all.plugins().add(EXTENDER);
    return { fits: false, diagnosis: { nodeCount: state.list().length, verdicts: all, plugins } };
  }
  const added = fitting.length > 1 ? await extenders.prioritize(pod, fitting) : new Map<string, number>();
  // Nodes may have gone while others were asked.
  const left = fitting.filter((node) => state.at(node.slot) === node);
  const scores = framework.score(cycle, { slots: Int32Array.from(left, ({ slot }) => slot) });
  for (const [index, { name }] of left.entries()) scores[index] = (scores[index] ?? 0) + (added.get(name) ?? 0);
  const best = left[indexOfBest(scores, random)];
  if (best === undefined) throw new Error('no node is left of those that extenders accepted');
  return { fits: true, node: best };
}
