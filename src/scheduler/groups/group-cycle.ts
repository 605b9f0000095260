import type { Diagnosis } from '../framework/diagnosis.ts';
import type { Choice, Room } from '../framework/framework.ts';
import type { Status } from '../framework/status.ts';
import { Verdicts } from '../framework/verdicts.ts';
import type { NodeInfo } from '../state/node-info.ts';

/** What a cycle for several pods does with each of them, told apart as `Member`. */
export interface GroupSteps<Member> {
  /** The best node as things are now. */
  readonly find: (member: Member) => Choice | Promise<Choice>;
  /** Counts the pod on a node from now on, unless somebody refuses that. */
  readonly hold: (member: Member, node: NodeInfo) => Status | undefined;
  readonly letGo: (member: Member, node: NodeInfo) => void;
  /** Tries to make room, and expects the pod where it has. */
  readonly makeRoom: (member: Member, diagnosis: Diagnosis) => Room | Promise<Room>;
}

interface Refusal<Member> {
  readonly member: Member;
  readonly diagnosis: Diagnosis;
  /** The node on which room was made; '' takes an earlier nomination back. */
  readonly nominated: string | undefined;
}

export type GroupOutcome<Member> =
  | {
      readonly result:
        | 'scheduled'
        /** Enough will fit when those are gone that have to make room. */
        | 'waiting'
        | 'unschedulable';
      /** Where pods fit; they are held there if the group is scheduled. */
      readonly placed: ReadonlyMap<Member, NodeInfo>;
      readonly refused: readonly Refusal<Member>[];
    }
  /** What went wrong about one of them. */
  | { readonly result: 'failed'; readonly member: Member; readonly error: unknown };

/** Looks for nodes for all pods of a group, one after another: so many have to fit, or none of them gets its node. */
export async function tryGroup<Member>(
  members: readonly Member[],
  needed: number,
  steps: GroupSteps<Member>,
): Promise<GroupOutcome<Member>> {
  const placed = new Map<Member, NodeInfo>();
  const refused: Refusal<Member>[] = [];
  const letGo = () => {
    for (const [member, node] of placed) steps.letGo(member, node);
  };
  for (const member of members) {
    try {
      const found = await steps.find(member);
      const refusal = found.fits ? steps.hold(member, found.node) : undefined;
      if (found.fits && refusal === undefined) placed.set(member, found.node);
      else if (found.fits && refusal) {
        refused.push({ member, diagnosis: diagnosisOf(found.node, refusal), nominated: '' });
      } else if (!found.fits) refused.push(await roomFor(member, found.diagnosis, steps));
    } catch (error) {
      letGo();
      return { result: 'failed', member, error };
    }
  }
  const waiting = refused.filter(({ nominated }) => nominated).length;
  const isEnough = placed.size + waiting >= needed;
  if (isEnough && waiting === 0) return { result: 'scheduled', placed, refused };
  letGo();
  return { result: isEnough ? 'waiting' : 'unschedulable', placed, refused };
}

async function roomFor<Member>(
  member: Member,
  diagnosis: Diagnosis,
  { makeRoom }: GroupSteps<Member>,
): Promise<Refusal<Member>> {
  if (diagnosis.nodeCount === 0) return { member, diagnosis, nominated: '' };
  const { message, nominated } = await makeRoom(member, diagnosis);
  return { member, diagnosis: { ...diagnosis, postFilterMessage: message }, nominated };
}

const diagnosisOf = (node: NodeInfo, refusal: Status): Diagnosis => ({
  nodeCount: 1,
  verdicts: new Verdicts(new Map([[node, refusal]])),
  plugins: new Set([refusal.plugin]),
});
