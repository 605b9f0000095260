import type { ControllerRevision } from '#api/apps/v1/controller-revision.ts';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { Claimer } from '../shared/claimer.ts';
import { isKept, messageOf } from '../shared/pod-control.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../shared/pod-index.ts';
import { isPodFinished, nextAvailability } from '../shared/pods.ts';
import { RevisionHistory } from '../shared/revisions/revision-history.ts';
import { templateOf } from '../shared/revisions/revision-plan.ts';
import { SlowStart } from '../shared/slow-start.ts';
import { ClaimKeeper } from './claim-keeper.ts';
import { planStateful, type StatefulState, type Step } from './stateful-plan.ts';
import { asItself, isWanted, ordinalOf, revisionNameOf, statefulPod } from './stateful-pod.ts';
import { statefulStatus } from './stateful-status.ts';

/** How often to look whether a former pod's claim has gone. */
const STALE_MS = 1000;

/** Keeps numbered pods with claims of their own. */
export class StatefulSetController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;
  readonly #writes: OwnWrites<Pod>;
  readonly #slowStart = new SlowStart();
  readonly #claimer: Claimer<StatefulSet, Pod>;
  readonly #history: RevisionHistory<StatefulSet>;
  readonly #claims: ClaimKeeper;
  /** Which set of which generation a pod was seen to be as it should, where nothing but the two decides. */
  readonly #fitting = new WeakMap<Pod, string>();

  readonly #honoursMaxUnavailable: boolean;

  constructor(context: ControllerContext, { featureGates }: ControllersOptions) {
    this.#context = context;
    this.#honoursMaxUnavailable = featureGates?.has('MaxUnavailableStatefulSet') ?? false;
    this.#pods = controllerIndex(context.informers.of(Pods));
    this.#claims = new ClaimKeeper(context);
    this.#writes = new OwnWrites(this.#pods);
    this.#claimer = new Claimer(context.client, { owners: StatefulSets, members: Pods, writes: this.#writes });
    this.#history = new RevisionHistory(context, StatefulSets);
    this.controller = new Controller('statefulset', context)
      .for(StatefulSets)
      .owns(Pods, 'StatefulSet')
      .watches(Pods, (pod) => this.#keysWanting(pod))
      .reconciles((key) => this.#reconcile(key));
  }

  #keysWanting(pod: Pod): string[] {
    const { namespace, labels = {} } = pod.metadata ?? {};
    if (controllerOf(pod) !== undefined) return [];
    return this.#context.informers
      .of(StatefulSets)
      .store.list()
      .filter((set) => set.metadata?.namespace === namespace && ordinalOf(pod, set.metadata?.name ?? '') !== undefined)
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(labels))
      .map(({ metadata }) => `${namespace}/${metadata?.name}`);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const set = this.#context.informers.of(StatefulSets).store.getByKey(key);
    if (set === undefined) return undefined;
    const selector = selectorFromObject(set.spec?.selector);
    if (selector.isEmpty) return undefined;
    const pods = await this.#claimer.claim(set, selector, this.#candidates(set));
    // None is told as 0: a revision that is made again has to have the name that its pods bear.
    const known = { template: set.spec?.template, selector, collisions: set.status?.collisionCount ?? 0 };
    const synced = await this.#history.sync(set, known);
    const revisions = this.#history.of(set);
    const update = synced.revision.metadata?.name ?? '';
    const isKnown = revisions.some(({ metadata }) => metadata?.name === set.status?.currentRevision);
    const current = isKnown ? (set.status?.currentRevision ?? update) : update;
    const honoursMaxUnavailable = this.#honoursMaxUnavailable;
    const state = { set, pods, current, update, now: this.#context.clock.now(), honoursMaxUnavailable };
    const { error, waitMs } = await this.#apply(state, revisions, synced.revision);
    const after = { ...state, pods: this.#candidates(set).filter((pod) => isControlledBy(pod, set)) };
    await this.#updateStatus(after, synced.collisions);
    if (error) throw error;
    const live = new Set([current, update, ...after.pods.flatMap((pod) => revisionNameOf(pod) ?? [])]);
    await this.#history.truncate(set, set.spec?.revisionHistoryLimit ?? 10, live);
    const minReadySeconds = set.spec?.minReadySeconds ?? 0;
    const wait = Math.min(waitMs, nextAvailability(after.pods, minReadySeconds, state.now) ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(wait) ? { requeueAfterMs: wait } : undefined;
  }

  /** The set's pods and orphans that bear its name. */
  #candidates(set: StatefulSet): Pod[] {
    const { uid = '', namespace = '', name = '' } = set.metadata ?? {};
    const orphans = this.#pods.store.byIndex(ORPHANS_IN, namespace);
    const known = [...this.#pods.store.byIndex(BY_CONTROLLER, uid), ...orphans];
    return this.#writes
      .current(known, (pod) => isControlledBy(pod, set))
      .filter((pod) => ordinalOf(pod, name) !== undefined);
  }

  /**
   * Takes the steps until one fails: one after another, or ever more at a time where pods do not wait for each other.
   * Resolves with what it failed with, and the milliseconds until more can be done: Infinity when it is nothing to wait
   * for.
   */
  async #apply(
    state: StatefulState,
    revisions: readonly ControllerRevision[],
    update: ControllerRevision,
  ): Promise<{ readonly error?: unknown; readonly waitMs: number }> {
    const { set } = state;
    const template = (name: string) =>
      templateOf([update, ...revisions].find(({ metadata }) => metadata?.name === name) ?? update);
    let waitMs = Number.POSITIVE_INFINITY;
    const take = async (step: Step): Promise<true> => {
      if (step.type !== 'create') await this.#delete(set, step);
      else if (this.#claims.isStale(set, step.ordinal)) waitMs = STALE_MS;
      else await this.#create(set, step.ordinal, statefulPod(set, { ...step, template: template(step.revision) }));
      return true;
    };
    try {
      if (!set.metadata?.deletionTimestamp) {
        for (const pod of state.pods) if (!this.#fits(set, pod)) await this.#keepIdentity(set, pod);
      }
      const steps = planStateful(state);
      if (set.spec?.podManagementPolicy === 'Parallel') {
        const queue = steps.values();
        const { uid = '' } = set.metadata ?? {};
        const { error } = await this.#slowStart.run(uid, steps.length, () => take(queue.next().value as Step));
        if (error) throw error;
      } else for (const step of steps) await take(step);
    } catch (error) {
      return { error, waitMs: Number.POSITIVE_INFINITY };
    }
    return { waitMs };
  }

  #fits(set: StatefulSet, pod: Pod): boolean {
    return this.#fitting.get(pod) === versionOf(set);
  }

  /** A pod keeps its name's labels and its claims' volumes, and its claims the owners that the set says. */
  async #keepIdentity(set: StatefulSet, pod: Pod): Promise<void> {
    const { name = '', namespace = '', deletionTimestamp } = pod.metadata ?? {};
    const ordinal = ordinalOf(pod, set.metadata?.name ?? '') ?? 0;
    if (pod.status?.phase === 'Pending' && !deletionTimestamp) await this.#claims.create(set, ordinal);
    const ownersChanged = await this.#claims.own(set, pod);
    const itself = asItself(set, pod);
    const isItself = deletionTimestamp !== undefined || isPodFinished(pod) || itself === pod;
    if (isItself && !set.spec?.volumeClaimTemplates?.length) this.#fitting.set(pod, versionOf(set));
    if (isItself && !(ownersChanged && isWanted(set, pod))) return;
    const what = `update Pod ${name} in StatefulSet ${set.metadata?.name}`;
    try {
      if (!isItself) {
        await this.#claims.create(set, ordinal);
        this.#writes.wrote(await this.#context.client.of(Pods).update(itself, { namespace }));
      }
      this.#context.events.record(set, 'Normal', 'SuccessfulUpdate', `${what} successful`);
    } catch (error) {
      const message = `${what} failed error: ${messageOf(error)}`;
      // Of a conflict the next turn knows more.
      if (!isConflict(error)) this.#context.events.record(set, 'Warning', 'FailedUpdate', message);
      throw error;
    }
  }

  async #create(set: StatefulSet, ordinal: number, pod: Pod): Promise<void> {
    const { client, events } = this.#context;
    const { name, namespace = '' } = pod.metadata ?? {};
    const what = `create Pod ${name} in StatefulSet ${set.metadata?.name}`;
    try {
      await this.#claims.create(set, ordinal);
      const created = this.#writes.wrote(await client.of(Pods).create(pod, { namespace }));
      events.record(set, 'Normal', 'SuccessfulCreate', `${what} successful`);
      await this.#claims.own(set, created);
    } catch (error) {
      // Another pod has the name: the next turn may adopt it.
      if (!isAlreadyExists(error))
        events.record(set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  async #delete(set: StatefulSet, { pod }: Extract<Step, { pod: Pod }>): Promise<void> {
    const { client, events } = this.#context;
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    const what = `delete Pod ${name} in StatefulSet ${set.metadata?.name}`;
    try {
      const preconditions = uid ? { preconditions: { uid } } : {};
      const left = (await client.of(Pods).delete(name, { namespace, ...preconditions })) as Pod;
      if (left.kind === 'Pod' && isKept(left)) this.#writes.wrote(left);
      else this.#writes.deleted(pod);
      events.record(set, 'Normal', 'SuccessfulDelete', `${what} successful`);
    } catch (error) {
      if (isNotFound(error)) return this.#writes.deleted(pod);
      events.record(set, 'Warning', 'FailedDelete', `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  async #updateStatus(state: StatefulState, collisions: number | undefined): Promise<void> {
    const status = statefulStatus(state, collisions);
    if (deepEqual({ ...ZERO, ...state.set.status }, { ...ZERO, ...status })) return;
    await this.#context.client.of(StatefulSets).updateStatus({ ...state.set, status });
  }
}

const versionOf = ({ metadata }: StatefulSet): string => `${metadata?.uid}/${metadata?.generation}`;

/** Counts of zero may be left out of what is stored. */
const ZERO = { readyReplicas: 0, availableReplicas: 0, currentReplicas: 0, updatedReplicas: 0, conditions: [] };
