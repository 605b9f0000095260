import type { Placement } from '../framework/placement.ts';
import { Verdicts } from '../framework/verdicts.ts';
import { type GroupOutcome, type GroupSteps, letGoAll, type Refusal, refusedOn, tryGroup } from './group-cycle.ts';

/** What a group is tried with on one of several sets of nodes. */
export interface PlacementSteps<Member> extends GroupSteps<Member> {
  /** The same pod, to be tried on these nodes alone. */
  readonly within: (member: Member, placement: Placement) => Member;
  /** How good it is to lie there, while the pods are held there. */
  readonly score: (placement: Placement) => readonly number[];
  /** Which of the scores is the best. */
  readonly best: (scores: readonly (readonly number[])[]) => number;
}

type Tried<Member> = Exclude<GroupOutcome<Member>, { readonly result: 'failed' }>;

const noRoom = () => ({ message: '' });

/**
 * Looks for nodes for a group on each of several sets of them, and decides for the best. Room is made only where they
 * fit nowhere, and on the first set on which that helps.
 */
export async function tryPlacements<Member>(
  members: readonly Member[],
  needed: number,
  { placements, steps }: { readonly placements: readonly Placement[]; readonly steps: PlacementSteps<Member> },
): Promise<GroupOutcome<Member>> {
  const tryOn = (placement: Placement, how: GroupSteps<Member>) =>
    tryGroup(
      members.map((member) => steps.within(member, placement)),
      needed,
      how,
    );
  const [only, second] = placements;
  if (only && second === undefined) return told(placements, await tryOn(only, steps));
  const fitting: { readonly outcome: Tried<Member>; readonly scores: readonly number[] }[] = [];
  for (const placement of placements) {
    const outcome = await tryOn(placement, { ...steps, makeRoom: noRoom });
    if (outcome.result === 'failed') return outcome;
    if (outcome.result !== 'scheduled') continue;
    fitting.push({ outcome, scores: steps.score(placement) });
    letGoAll(outcome.placed, steps);
  }
  if (fitting.length > 0) {
    const best = fitting.length === 1 ? 0 : steps.best(fitting.map(({ scores }) => scores));
    return holdAgain((fitting[best] as { readonly outcome: Tried<Member> }).outcome, steps);
  }
  let first: GroupOutcome<Member> | undefined;
  for (const placement of placements) {
    const outcome = await tryOn(placement, steps);
    if (outcome.result !== 'unschedulable') return outcome;
    first ??= outcome;
  }
  return told(placements, first ?? { result: 'unschedulable', placed: new Map(), refused: members.map(refusedAnyway) });
}

/** Nothing has changed since it was tried: what was accepted then is again, unless a plugin thinks otherwise. */
function holdAgain<Member>({ placed, refused }: Tried<Member>, steps: GroupSteps<Member>): GroupOutcome<Member> {
  const held = new Map(placed);
  const left = [...refused];
  for (const [member, node] of placed) {
    const refusal = steps.hold(member, node);
    if (refusal === undefined) continue;
    held.delete(member);
    left.push(refusedOn(member, node, refusal));
  }
  return { result: 'scheduled', placed: held, refused: left };
}

/** A group that may lie anywhere is told nothing about placements. */
function told<Member>(placements: readonly Placement[], outcome: GroupOutcome<Member>): GroupOutcome<Member> {
  if (outcome.result !== 'unschedulable' || placements[0]?.name === '') return outcome;
  const message = `0/${placements.length} placements are available`;
  return {
    ...outcome,
    message: placements.length > 0 ? `${message}, first placement status: ${REFUSED}` : `${REFUSED}, ${message}`,
  };
}

/** What is told of a group that does not fit. */
export const REFUSED = 'pod group is unschedulable';

const refusedAnyway = <Member>(member: Member): Refusal<Member> => ({
  member,
  diagnosis: { nodeCount: 0, verdicts: new Verdicts(), plugins: new Set() },
  nominated: '',
});
