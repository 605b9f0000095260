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

export interface Refusal<Member> {
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
      /** What is told of the group, where there is more to tell than that it does not fit. */
      readonly message?: string;
    }
  /** What went wrong about one of them. */
  | { readonly result: 'failed'; readonly member?: Member; readonly error: unknown };

/**
 * Looks for nodes for all pods of a group, one after another: so many have to fit, or none of them gets its node. At once,
 * unless others have to be asked.
 */
export const tryGroup = <Member>(
  members: readonly Member[],
  needed: number,
  steps: GroupSteps<Member>,
): GroupOutcome<Member> | Promise<GroupOutcome<Member>> => new GroupTry(members, needed, steps).from(0);

class GroupTry<Member> {
  readonly #members: readonly Member[];
  readonly #needed: number;
  readonly #steps: GroupSteps<Member>;
  readonly #placed = new Map<Member, NodeInfo>();
  readonly #refused: Refusal<Member>[] = [];

  constructor(members: readonly Member[], needed: number, steps: GroupSteps<Member>) {
    this.#members = members;
    this.#needed = needed;
    this.#steps = steps;
  }

  from(start: number): GroupOutcome<Member> | Promise<GroupOutcome<Member>> {
    for (let index = start; index < this.#members.length; index++) {
      const member = this.#members[index] as Member;
      try {
        const done = this.#look(member);
        if (done === undefined) continue;
        return done.then(
          () => this.from(index + 1),
          (error) => this.#failed(member, error),
        );
      } catch (error) {
        return this.#failed(member, error);
      }
    }
    return this.#outcome();
  }

  #look(member: Member): Promise<void> | undefined {
    const found = this.#steps.find(member);
    return found instanceof Promise
      ? found.then((choice) => this.#follow(member, choice))
      : this.#follow(member, found);
  }

  #follow(member: Member, choice: Choice): Promise<void> | undefined {
    if (choice.fits) this.#hold(member, choice.node);
    else if (choice.diagnosis.nodeCount === 0) {
      this.#refused.push({ member, diagnosis: choice.diagnosis, nominated: '' });
    } else return this.#makeRoom(member, choice.diagnosis);
    return undefined;
  }

  #hold(member: Member, node: NodeInfo): void {
    const refusal = this.#steps.hold(member, node);
    if (refusal === undefined) this.#placed.set(member, node);
    else this.#refused.push(refusedOn(member, node, refusal));
  }

  #makeRoom(member: Member, diagnosis: Diagnosis): Promise<void> | undefined {
    const note = ({ message, nominated }: Room) => {
      this.#refused.push({ member, diagnosis: { ...diagnosis, postFilterMessage: message }, nominated });
    };
    const room = this.#steps.makeRoom(member, diagnosis);
    if (room instanceof Promise) return room.then(note);
    note(room);
    return undefined;
  }

  #failed(member: Member, error: unknown): GroupOutcome<Member> {
    letGoAll(this.#placed, this.#steps);
    return { result: 'failed', member, error };
  }

  #outcome(): GroupOutcome<Member> {
    const [placed, refused] = [this.#placed, this.#refused];
    const waiting = refused.filter(({ nominated }) => nominated).length;
    const isEnough = placed.size + waiting >= this.#needed;
    if (isEnough && waiting === 0) return { result: 'scheduled', placed, refused };
    letGoAll(placed, this.#steps);
    return { result: isEnough ? 'waiting' : 'unschedulable', placed, refused };
  }
}

export function letGoAll<Member>(placed: ReadonlyMap<Member, NodeInfo>, { letGo }: GroupSteps<Member>): void {
  for (const [member, node] of placed) letGo(member, node);
}

/** A node was found, and then refused. */
export const refusedOn = <Member>(member: Member, node: NodeInfo, refusal: Status): Refusal<Member> => ({
  member,
  diagnosis: {
    nodeCount: 1,
    verdicts: new Verdicts(new Map([[node, refusal]])),
    plugins: new Set([refusal.plugin]),
  },
  nominated: '',
});
