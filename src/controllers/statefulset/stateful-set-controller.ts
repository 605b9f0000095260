import type { ControllerRevision } from '#api/apps/v1/controller-revision.ts';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../shared/claimer.ts';
import { isKept, messageOf } from '../shared/pod-control.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../shared/pod-index.ts';
import { nextAvailability } from '../shared/pods.ts';
import { RevisionHistory } from '../shared/revisions/revision-history.ts';
import { templateOf } from '../shared/revisions/revision-plan.ts';
import { planStateful, type StatefulState, type Step } from './stateful-plan.ts';
import { claimObjects, ordinalOf, revisionNameOf, statefulPod } from './stateful-pod.ts';
import { statefulStatus } from './stateful-status.ts';

/** Keeps numbered pods with claims of their own. */
export class StatefulSetController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #pods: Informer<Pod>;
  readonly #writes: OwnWrites<Pod>;
  readonly #claimer: Claimer<StatefulSet, Pod>;
  readonly #history: RevisionHistory<StatefulSet>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#pods = controllerIndex(context.informers.of(Pods));
    context.informers.of(PersistentVolumeClaims);
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
    const synced = await this.#history.sync(set, set.spec?.template, set.status?.collisionCount);
    const revisions = this.#history.of(set);
    const update = synced.revision.metadata?.name ?? '';
    const known = revisions.some(({ metadata }) => metadata?.name === set.status?.currentRevision);
    const current = known ? (set.status?.currentRevision ?? update) : update;
    const state = { set, pods, current, update, now: this.#context.clock.now() };
    const error = await this.#apply(state, revisions, synced.revision);
    const after = { ...state, pods: this.#candidates(set).filter((pod) => isControlledBy(pod, set)) };
    await this.#updateStatus(after, synced.collisions);
    if (error) throw error;
    const live = new Set([current, update, ...after.pods.flatMap((pod) => revisionNameOf(pod) ?? [])]);
    await this.#history.truncate(set, set.spec?.revisionHistoryLimit ?? 10, live);
    const wait = nextAvailability(after.pods, set.spec?.minReadySeconds ?? 0, state.now);
    return wait === undefined ? undefined : { requeueAfterMs: wait };
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

  /** Takes the steps one after another; returns what the first that failed failed with. */
  async #apply(
    state: StatefulState,
    revisions: readonly ControllerRevision[],
    update: ControllerRevision,
  ): Promise<unknown> {
    const template = (name: string) =>
      templateOf([update, ...revisions].find(({ metadata }) => metadata?.name === name) ?? update);
    for (const step of planStateful(state)) {
      try {
        if (step.type === 'create') {
          await this.#create(
            state.set,
            step.ordinal,
            statefulPod(state.set, { ...step, template: template(step.revision) }),
          );
        } else await this.#delete(state.set, step);
      } catch (error) {
        return error;
      }
    }
    return undefined;
  }

  async #create(set: StatefulSet, ordinal: number, pod: Pod): Promise<void> {
    const { client, events } = this.#context;
    const { name, namespace = '' } = pod.metadata ?? {};
    const what = `create Pod ${name} in StatefulSet ${set.metadata?.name}`;
    try {
      await this.#createClaims(set, ordinal, name ?? '');
      this.#writes.wrote(await client.of(Pods).create(pod, { namespace }));
      events.record(set, 'Normal', 'SuccessfulCreate', `${what} successful`);
    } catch (error) {
      events.record(set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
  }

  async #createClaims(set: StatefulSet, ordinal: number, podName: string): Promise<void> {
    const { client, events, informers } = this.#context;
    for (const claim of claimObjects(set, ordinal)) {
      const { name = '', namespace = '' } = claim.metadata ?? {};
      if (informers.of(PersistentVolumeClaims).store.get(name, namespace)) continue;
      const what = `create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata?.name}`;
      try {
        await client.of(PersistentVolumeClaims).create(claim);
        events.record(set, 'Normal', 'SuccessfulCreate', `${what} success`);
      } catch (error) {
        if (isAlreadyExists(error)) continue;
        events.record(set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`);
        throw error;
      }
    }
  }

  async #delete(set: StatefulSet, { type, pod }: Extract<Step, { pod: Pod }>): Promise<void> {
    const { client, events } = this.#context;
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    if (type === 'replace') this.#tellReplacing(set, pod);
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

  #tellReplacing(set: StatefulSet, pod: Pod): void {
    const { namespace, name } = set.metadata ?? {};
    const [type, reason, how] =
      pod.status?.phase === 'Failed'
        ? (['Warning', 'RecreatingFailedPod', 'failed'] as const)
        : (['Normal', 'RecreatingTerminatedPod', 'terminated'] as const);
    const message = `StatefulSet ${namespace}/${name} is recreating ${how} Pod ${pod.metadata?.name}`;
    this.#context.events.record(set, type, reason, message);
  }

  async #updateStatus(state: StatefulState, collisions: number | undefined): Promise<void> {
    const status = statefulStatus(state, collisions);
    if (deepEqual({ ...ZERO, ...state.set.status }, { ...ZERO, ...status })) return;
    await this.#context.client.of(StatefulSets).updateStatus({ ...state.set, status });
  }
}

/** Counts of zero may be left out of what is stored. */
const ZERO = { readyReplicas: 0, availableReplicas: 0, currentReplicas: 0, updatedReplicas: 0, conditions: [] };
