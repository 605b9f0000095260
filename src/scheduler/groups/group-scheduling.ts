import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import { type AttemptRefusal, refusalOf } from '../attempt-refusal.ts';
import type { Diagnosis } from '../framework/diagnosis.ts';
import type { Choice, Framework, Room } from '../framework/framework.ts';
import type { Nominations } from '../framework/nominations.ts';
import type { Cycle } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import { type Group, minCountOf } from '../state/pod-group-index.ts';
import { type GroupOutcome, tryGroup } from './group-cycle.ts';
import { GroupStatusWriter, type GroupStatusWriterOptions } from './group-status-writer.ts';

/** What the scheduler's try for one pod has to have. */
interface MemberAttempt {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly cycle: Cycle;
}

/** The steps in which single pods are scheduled, too. */
export interface GroupSchedulingOptions<Attempt> extends GroupStatusWriterOptions {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly nominations: Nominations;
  /** A try for another pod of the group; undefined when nothing is to be done about it. */
  readonly fellow: (queued: QueuedPod, first: Attempt) => Attempt | undefined;
  readonly find: (attempt: Attempt) => Choice | Promise<Choice>;
  readonly hold: (attempt: Attempt, node: NodeInfo) => Status | undefined;
  readonly allow: (attempt: Attempt, node: NodeInfo) => void;
  readonly refuse: (attempt: Attempt, refusal: AttemptRefusal) => void;
  readonly fail: (attempt: Attempt, error: unknown) => void;
}

/** Whoever is refused with the whole group is tried again a little later: what may help one of them may help all. */
const NOBODY: ReadonlySet<string> = new Set();

const REFUSED = 'pod group is unschedulable';

/** Schedules the pods of groups, all that wait in one cycle. */
export class GroupScheduling<Attempt extends MemberAttempt> {
  readonly #options: GroupSchedulingOptions<Attempt>;
  readonly #statuses: GroupStatusWriter;

  constructor(options: GroupSchedulingOptions<Attempt>) {
    this.#options = options;
    this.#statuses = new GroupStatusWriter(options);
  }

  /** Decides about all pods of a group that wait, wherever they do; one of them was taken from the queue. */
  async schedule(first: Attempt, { group, members }: Group): Promise<void> {
    const { queue, state, fail } = this.#options;
    if (group === undefined) return queue.giveBack(first.queued, NOBODY);
    const placed = [...members].filter(([uid, hasNode]) => hasNode || state.isAssumed(uid)).length;
    const attempts = this.#attempts(first, members.keys());
    try {
      const outcome = await tryGroup(attempts, minCountOf(group) - placed, {
        find: this.#options.find,
        hold: this.#options.hold,
        letGo: (attempt, node) => this.#letGo(attempt, node),
        makeRoom: (attempt, diagnosis) => this.#makeRoom(attempt, diagnosis),
      });
      if (outcome.result === 'scheduled') this.#scheduled(group, outcome);
      else this.#refused(group, outcome);
    } catch (error) {
      for (const attempt of attempts) fail(attempt, error);
      this.#statuses.refused(group, 'SchedulerError', error instanceof Error ? error.message : String(error));
    }
  }

  /** In the order in which they would be tried one by one. */
  #attempts(first: Attempt, uids: Iterable<string>): Attempt[] {
    const { queue, fellow } = this.#options;
    const attempts = [first];
    for (const uid of uids) {
      const queued = queue.takeAlso(uid);
      const attempt = queued && fellow(queued, first);
      if (attempt) attempts.push(attempt);
    }
    const { framework } = first;
    return attempts.sort((a, b) => framework.order(a.cycle.pod, b.cycle.pod) || a.queued.since - b.queued.since);
  }

  #letGo({ framework, cycle }: Attempt, node: NodeInfo): void {
    framework.unreserve(cycle, node.name);
    this.#options.state.forget(cycle.pod.uid);
  }

  async #makeRoom({ framework, cycle }: Attempt, diagnosis: Diagnosis): Promise<Room> {
    const room = await framework.postFilter(cycle, diagnosis);
    // Those who come after it in the group leave it the room.
    if (room.nominated !== undefined) this.#options.nominations.set(cycle.pod, room.nominated);
    return room;
  }

  #scheduled(group: PodGroup, { placed, refused }: GroupOutcome<Attempt>): void {
    const { allow, refuse } = this.#options;
    for (const { member, diagnosis, nominated } of refused) refuse(member, refusalOf(diagnosis, nominated));
    for (const [attempt, node] of placed) allow(attempt, node);
    this.#statuses.scheduled(group);
  }

  #refused(group: PodGroup, { result, placed, refused }: GroupOutcome<Attempt>): void {
    const { refuse } = this.#options;
    for (const { member, diagnosis, nominated } of refused) {
      refuse(member, { ...refusalOf(diagnosis, nominated), refusedBy: NOBODY });
    }
    for (const attempt of placed.keys()) {
      const name = JSON.stringify(attempt.cycle.pod.pod.metadata?.name);
      const why =
        result === 'waiting'
          ? 'pod group is waiting for preemption to complete'
          : `one or more plugins asked to wait and no plugin rejected pod ${name}`;
      refuse(attempt, { message: `${REFUSED}, ${why}`, refusedBy: NOBODY, nominated: undefined });
    }
    this.#statuses.refused(group, 'Unschedulable', REFUSED);
  }
}
