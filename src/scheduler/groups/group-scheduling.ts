import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { Random } from '#base/random.ts';
import { type AttemptRefusal, refusalOf } from '../attempt-refusal.ts';
import type { Diagnosis } from '../framework/diagnosis.ts';
import type { Choice, Framework, Room } from '../framework/framework.ts';
import type { Nominations } from '../framework/nominations.ts';
import type { GroupCycle, Placement } from '../framework/placement.ts';
import type { Cycle } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import type { GroupMetrics } from '../metrics/group-metrics.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import { type Group, minCountOf } from '../state/pod-group-index.ts';
import { schedulerNameOf } from '../state/pod-info.ts';
import { type GroupOutcome, type GroupSteps, letGoAll, tryGroup } from './group-cycle.ts';
import { REFUSED, tryPlacements } from './group-placements.ts';
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
  /** The same try as one of those of a whole group, for which plugins keep something. */
  readonly join: (attempt: Attempt, together: Map<string, unknown>) => Attempt;
  /** The same try from its beginning, with these nodes alone, if any are given. */
  readonly anew: (attempt: Attempt, within?: Placement) => Attempt;
  /** Whether others have to be asked about the pod. */
  readonly asksOthers: (attempt: Attempt) => boolean;
  readonly random: Random;
  readonly metrics: GroupMetrics;
  readonly featureGates?: ReadonlySet<string>;
  readonly find: (attempt: Attempt) => Choice | Promise<Choice>;
  readonly hold: (attempt: Attempt, node: NodeInfo) => Status | undefined;
  readonly allow: (attempt: Attempt, node: NodeInfo) => void;
  readonly refuse: (attempt: Attempt, refusal: AttemptRefusal) => void;
  readonly fail: (attempt: Attempt, error: unknown) => void;
}

/** Whoever is refused with the whole group is tried again a little later: what may help one of them may help all. */
const NOBODY: ReadonlySet<string> = new Set();

const WAITING = `${REFUSED}, pod group is waiting for preemption to complete`;

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
    const { queue, state } = this.#options;
    if (group === undefined) return queue.giveBack(first.queued, NOBODY);
    const placed = [...members].filter(([uid, hasNode]) => hasNode || state.isAssumed(uid)).length;
    const together = new Map<string, unknown>();
    const attempts = this.#attempts(first, members.keys()).map((each) => this.#options.join(each, together));
    const stranger = attempts.find(({ framework }) => framework !== first.framework);
    if (stranger) return this.#failed(group, attempts, { error: new Error(differentNames(first, stranger)) });
    const needed = this.#least(group) - placed;
    const trying = { cycle: { group, members: members.keys(), state }, attempts, needed };
    const startedAt = this.#options.clock.monotonic();
    const tried = await this.#try(trying);
    this.#options.metrics.decided(startedAt);
    const outcome = this.#withRoom(trying, tried);
    this.#options.metrics.ended(RESULTS[outcome.result], schedulerNameOf(first.cycle.pod), startedAt);
    if (outcome.result === 'failed') this.#failed(group, attempts, outcome);
    else if (outcome.result === 'scheduled') this.#scheduled(group, outcome);
    else this.#refused(group, outcome);
  }

  #isOn(feature: string): boolean {
    return this.#options.featureGates?.has(feature) ?? false;
  }

  #least(group: PodGroup): number {
    return this.#isOn('GangScheduling') ? minCountOf(group) : 1;
  }

  async #try({ cycle, attempts, needed }: Trying<Attempt>): Promise<GroupOutcome<Attempt>> {
    if (!this.#isOn('TopologyAwareWorkloadScheduling')) return tryGroup(attempts, needed, this.#steps);
    const { anew, random } = this.#options;
    const [{ framework }] = attempts as [Attempt];
    try {
      return await tryPlacements(attempts, needed, {
        placements: framework.placements(cycle),
        steps: {
          ...this.#steps,
          within: anew,
          score: (placement) => framework.scorePlacement(cycle, placement),
          best: (scores) => framework.bestPlacement(scores, random),
        },
      });
    } catch (error) {
      return { result: 'failed', error };
    }
  }

  /** The outcome when room was made for all pods together of a group that does not fit. */
  #withRoom(trying: Trying<Attempt>, outcome: GroupOutcome<Attempt>): GroupOutcome<Attempt> {
    if (outcome.result !== 'unschedulable' || !this.#isOn('WorkloadAwarePreemption')) return outcome;
    const reason = this.#roomFor(trying);
    if (reason === undefined) return { ...outcome, result: 'waiting', message: REFUSED };
    return { ...outcome, message: `${outcome.message ?? REFUSED}, ${reason}` };
  }

  /** Why no room can be made for a group; undefined when it is being made. */
  #roomFor({ cycle, attempts, needed }: Trying<Attempt>): string | undefined {
    const { group } = cycle;
    if (group.spec?.schedulingConstraints?.topology?.length) return UNSUPPORTED;
    const { anew, asksOthers } = this.#options;
    if (attempts.some(asksOthers)) return 'workload aware preemption is not supported for pods that extenders filter';
    const [first] = attempts as [Attempt];
    const steps = { ...this.#steps, makeRoom: noRoom };
    const fits = (): boolean => {
      const tried = tryGroup(
        attempts.map((attempt) => anew(attempt)),
        needed,
        steps,
      );
      if (tried instanceof Promise || tried.result !== 'scheduled') return false;
      letGoAll(tried.placed, steps);
      return true;
    };
    const pods = attempts.map((attempt) => attempt.cycle.pod);
    return first.framework.postFilterGroup({ ...cycle, pods, schedulerName: schedulerNameOf(first.cycle.pod), fits });
  }

  get #steps(): GroupSteps<Attempt> {
    const { find, hold } = this.#options;
    return {
      find,
      hold,
      letGo: (attempt, node) => this.#letGo(attempt, node),
      // Where room is made for all of them together, none is made for each.
      makeRoom: this.#isOn('WorkloadAwarePreemption')
        ? noRoom
        : (attempt, diagnosis) => this.#makeRoom(attempt, diagnosis),
    };
  }

  /** The important ones first, then those that were first seen. */
  #attempts(first: Attempt, uids: Iterable<string>): Attempt[] {
    const { queue, fellow } = this.#options;
    const attempts = [first];
    for (const uid of uids) {
      const queued = queue.takeAlso(uid);
      const attempt = queued && fellow(queued, first);
      if (attempt) attempts.push(attempt);
    }
    const firstAt = ({ queued }: Attempt) => queued.firstAt ?? queued.since;
    return attempts.sort((a, b) => b.cycle.pod.priority - a.cycle.pod.priority || firstAt(a) - firstAt(b));
  }

  #letGo({ framework, cycle }: Attempt, node: NodeInfo): void {
    framework.unreserve(cycle, node.name);
    this.#options.state.forget(cycle.pod.uid);
  }

  #makeRoom({ framework, cycle }: Attempt, diagnosis: Diagnosis): Room | Promise<Room> {
    const noted = (room: Room) => {
      // Those who come after it in the group leave it the room.
      if (room.nominated !== undefined) this.#options.nominations.set(cycle.pod, room.nominated);
      return room;
    };
    const room = framework.postFilter(cycle, diagnosis);
    return room instanceof Promise ? room.then(noted) : noted(room);
  }

  #failed(
    group: PodGroup,
    attempts: readonly Attempt[],
    { error, member }: { readonly error: unknown; readonly member?: Attempt | undefined },
  ): void {
    const { fail } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    const ofOthers = member ? new Error(`failed to schedule other pod from a pod group: ${message}`) : error;
    for (const attempt of attempts) fail(attempt, attempt === member ? error : ofOthers);
    this.#statuses.refused(group, 'SchedulerError', ofOthers instanceof Error ? ofOthers.message : message);
  }

  #scheduled(group: PodGroup, { placed, refused }: Decided<Attempt>): void {
    const { allow, refuse } = this.#options;
    for (const { member, diagnosis, nominated } of refused) refuse(member, refusalOf(diagnosis, nominated));
    for (const [attempt, node] of placed) allow(attempt, node);
    this.#statuses.scheduled(group);
  }

  #refused(group: PodGroup, { result, placed, refused, message }: Decided<Attempt>): void {
    const { refuse } = this.#options;
    const isWaiting = result === 'waiting';
    const told = message ?? (isWaiting ? WAITING : REFUSED);
    for (const { member, diagnosis, nominated } of refused) {
      // Room that does not help the group is of no use.
      if (nominated && !isWaiting) refuse(member, withGroup(member));
      else refuse(member, { ...refusalOf(diagnosis, nominated), refusedBy: NOBODY });
    }
    for (const [attempt, { name }] of placed) {
      refuse(attempt, isWaiting ? { message: told, refusedBy: NOBODY, nominated: name } : withGroup(attempt));
    }
    this.#statuses.refused(group, 'Unschedulable', told);
  }
}

/** As measurements call what came of an attempt. */
const RESULTS = {
  scheduled: 'scheduled',
  waiting: 'waiting_on_preemption',
  unschedulable: 'unschedulable',
  failed: 'error',
} as const;

const UNSUPPORTED = 'workload aware preemption is not supported for pod groups with scheduling constraints';

const noRoom = () => ({ message: '' });

/** What a group is tried with. */
interface Trying<Attempt> {
  readonly cycle: GroupCycle;
  readonly attempts: readonly Attempt[];
  /** How many of the pods have to fit. */
  readonly needed: number;
}

type Decided<Attempt> = Exclude<GroupOutcome<Attempt>, { readonly result: 'failed' }>;

/** The refusal of a pod that has nothing against it but its group. */
function withGroup({ cycle }: MemberAttempt): AttemptRefusal {
  const name = JSON.stringify(cycle.pod.pod.metadata?.name);
  const message = `${REFUSED}, one or more plugins asked to wait and no plugin rejected pod ${name}`;
  return { message, refusedBy: NOBODY, nominated: '' };
}

const differentNames = (...attempts: MemberAttempt[]): string =>
  `all pods in a single pod group should have the same .spec.schedulerName set, got: ${attempts
    .map(({ cycle }) => JSON.stringify(schedulerNameOf(cycle.pod)))
    .join(' and ')}`;
