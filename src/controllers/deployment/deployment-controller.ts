import { type Deployment, type DeploymentStatus, Deployments } from '#api/apps/v1/deployment.ts';
import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { Pods } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../shared/claimer.ts';
import { isNamespaceTerminating, messageOf } from '../shared/pod-control.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../shared/pod-index.ts';
import { isPodFinished } from '../shared/pods.ts';
import { sameTemplate } from '../shared/template.ts';
import { newSetAnnotations, REVISION, scaleAnnotations } from './annotations.ts';
import { type Conditions, type ConditionText, conditionOf, progressing, withCondition } from './conditions.ts';
import { countedStatus, isComplete, rolloutStatus, untilTimedOut } from './deployment-status.ts';
import { isRolling, progressDeadline } from './limits.ts';
import { expiredSets, newReplicaSet, nextRevision, sortSets } from './new-replica-set.ts';
import { planRollback, rollbackTo } from './rollback.ts';
import { isScaling, planRecreateShrinking, planRollingStep, planScaling, type Scale, type Sets } from './scale-plan.ts';

/** Rolls each Deployment's pods over to its template by scaling one ReplicaSet a template. */
export class DeploymentController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #sets: Informer<ReplicaSet>;
  readonly #setWrites: OwnWrites<ReplicaSet>;
  readonly #writes: OwnWrites<Deployment>;
  readonly #claimer: Claimer<Deployment, ReplicaSet>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#sets = controllerIndex(context.informers.of(ReplicaSets));
    this.#setWrites = new OwnWrites(this.#sets);
    this.#writes = new OwnWrites(context.informers.of(Deployments));
    const kinds = { owners: Deployments, members: ReplicaSets, writes: this.#setWrites };
    this.#claimer = new Claimer(context.client, kinds);
    controllerIndex(context.informers.of(Pods)).addHandler({
      // Recreating waits until the last old pod is gone.
      deleted: (pod) => {
        const uid = controllerOf(pod)?.uid;
        const set = this.#sets.store.list().find(({ metadata }) => metadata?.uid === uid);
        const owner = set && controllerOf(set);
        if (owner?.kind === 'Deployment') this.controller.queue.add(`${set?.metadata?.namespace}/${owner.name}`);
      },
    });
    this.controller = new Controller('deployment', context)
      .for(Deployments)
      .owns(ReplicaSets, 'Deployment')
      .watches(ReplicaSets, (set) => this.#keysWanting(set))
      .reconciles((key) => this.#reconcile(key));
  }

  #keysWanting({ metadata, ...set }: ReplicaSet): string[] {
    if (metadata?.labels === undefined || controllerOf({ metadata, ...set }) !== undefined) return [];
    return this.#context.informers
      .of(Deployments)
      .store.list()
      .filter((deployment) => deployment.metadata?.namespace === metadata.namespace)
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata.labels ?? {}))
      .map(keyOf);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const deployment = this.#writes.get(key);
    if (deployment === undefined) return undefined;
    const selector = selectorFromObject(deployment.spec?.selector);
    if (selector.isEmpty) return this.#refuseEmptySelector(deployment);
    const { uid = '', namespace = '' } = deployment.metadata ?? {};
    const known = [...this.#sets.store.byIndex(BY_CONTROLLER, uid), ...this.#sets.store.byIndex(ORPHANS_IN, namespace)];
    const candidates = this.#setWrites.current(known, (set) => isControlledBy(set, deployment));
    const sets = sortSets(deployment, await this.#claimer.claim(deployment, selector, candidates));
    if (deployment.metadata?.deletionTimestamp) return this.#syncStatus(deployment, sets);
    return this.#sync(await this.#notePause(deployment), sets);
  }

  async #sync(deployment: Deployment, sets: Sets): Promise<Result | undefined> {
    const revision = rollbackTo(deployment);
    if (revision !== undefined && !deployment.spec?.paused) return this.#rollBack(deployment, sets, revision);
    if (deployment.spec?.paused || isScaling(deployment, sets)) return this.#syncScale(deployment, sets);
    return isRolling(deployment) ? this.#roll(deployment, sets) : this.#recreate(deployment, sets);
  }

  async #rollBack(before: Deployment, found: Sets, revision: bigint): Promise<undefined> {
    const { deployment, sets } = await this.#ensureCurrent(before, found);
    const { deployment: rolledBack, told } = planRollback(deployment, sets, revision);
    this.#writes.wrote(await this.#context.client.of(Deployments).update(rolledBack));
    this.#context.events.record(deployment, told.type, told.reason, told.message);
    return undefined;
  }

  /** A paused Deployment, and one that is scaled, keeps the proportions of its sets. */
  async #syncScale(deployment: Deployment, before: Sets): Promise<Result | undefined> {
    const { deployment: noted, sets } = await this.#syncRevision(deployment, before);
    const scaled = await this.#apply(noted, sets, planScaling(noted, sets));
    // What it is to go back to once it is resumed stays.
    if (noted.spec?.paused && rollbackTo(noted) === undefined) await this.#cleanUp(noted, scaled);
    return this.#syncStatus(noted, scaled);
  }

  async #roll(before: Deployment, found: Sets): Promise<Result | undefined> {
    const { deployment, sets } = await this.#ensureCurrent(before, found);
    const plan = planRollingStep(deployment, sets);
    if (plan.length > 0) return this.#syncRollout(deployment, await this.#apply(deployment, sets, plan));
    if (isComplete(deployment, deployment.status)) await this.#cleanUp(deployment, sets);
    return this.#syncRollout(deployment, sets);
  }

  async #recreate(before: Deployment, found: Sets): Promise<Result | undefined> {
    const synced = await this.#syncRevision(before, found);
    const plan = planRecreateShrinking(synced.sets);
    if (plan.length > 0) {
      return this.#syncRollout(synced.deployment, await this.#apply(synced.deployment, synced.sets, plan));
    }
    if (this.#oldPodsRun(synced.sets)) return this.#syncRollout(synced.deployment, synced.sets);
    const { deployment, sets } = await this.#ensureCurrent(synced.deployment, synced.sets);
    const scaled = await this.#apply(deployment, sets, planScaling(deployment, { ...sets, old: [] }));
    if (isComplete(deployment, deployment.status)) await this.#cleanUp(deployment, scaled);
    return this.#syncRollout(deployment, scaled);
  }

  #oldPodsRun({ old }: Sets): boolean {
    if (old.some(({ status }) => (status?.replicas ?? 0) > 0)) return true;
    const { store } = this.#context.informers.of(Pods);
    return old.some(({ metadata }) =>
      store.byIndex(BY_CONTROLLER, metadata?.uid ?? '').some((pod) => !isPodFinished(pod)),
    );
  }

  /** Brings the current set's annotations and the Deployment's revision up to date. */
  async #syncRevision(deployment: Deployment, sets: Sets): Promise<{ deployment: Deployment; sets: Sets }> {
    const { current } = sets;
    if (current === undefined) return { deployment, sets };
    const old = current.metadata?.annotations ?? {};
    const annotations = newSetAnnotations(deployment, old, nextRevision(sets));
    const minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
    const changed = !deepEqual(old, annotations) || (current.spec?.minReadySeconds ?? 0) !== minReadySeconds;
    const set = changed ? await this.#updateSet(current, { annotations, spec: { minReadySeconds } }) : current;
    const text = progressing('True', 'FoundNewReplicaSet', `Found new replica set "${set.metadata?.name}"`);
    const found = conditionOf(deployment.status?.conditions, 'Progressing') ? undefined : text;
    return { deployment: await this.#noteRevision(deployment, set, found), sets: { ...sets, current: set } };
  }

  async #ensureCurrent(deployment: Deployment, sets: Sets): Promise<{ deployment: Deployment; sets: Sets }> {
    if (sets.current !== undefined) return this.#syncRevision(deployment, sets);
    const { set, created } = await this.#createSet(deployment, sets);
    const { name } = set.metadata ?? {};
    const text = progressing('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    const noted = await this.#noteRevision(deployment, set, created ? text : undefined);
    return { deployment: noted, sets: { ...sets, current: set } };
  }

  async #createSet(deployment: Deployment, sets: Sets): Promise<{ set: ReplicaSet; created: boolean }> {
    const { client, events } = this.#context;
    const wanted = newReplicaSet(deployment, sets);
    const { name = '', namespace = '' } = wanted.metadata ?? {};
    try {
      const set = this.#setWrites.wrote(await client.of(ReplicaSets).create(wanted));
      const size = wanted.spec?.replicas ?? 0;
      if (size > 0) {
        events.record(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
      }
      return { set, created: true };
    } catch (error) {
      if (isAlreadyExists(error)) {
        const set = await client.of(ReplicaSets).get(name, { namespace });
        const same = sameTemplate(set.spec?.template, deployment.spec?.template);
        if (isControlledBy(set, deployment) && same) return { set, created: false };
        await this.#updateStatus(deployment, {
          ...deployment.status,
          collisionCount: (deployment.status?.collisionCount ?? 0) + 1,
        });
      } else if (!isNamespaceTerminating(error)) await this.#tellCreationFailed(deployment, name, error);
      throw error;
    }
  }

  async #tellCreationFailed(deployment: Deployment, name: string, error: unknown): Promise<void> {
    const message = `Failed to create new replica set "${name}": ${messageOf(error)}`;
    await this.#setCondition(deployment, progressing('False', 'ReplicaSetCreateError', message));
    this.#context.events.record(deployment, 'Warning', 'ReplicaSetCreateError', message);
  }

  #setCondition(deployment: Deployment, text: ConditionText): Promise<Deployment> {
    if (progressDeadline(deployment) === undefined) return Promise.resolve(deployment);
    const conditions = this.#with(deployment, text);
    return this.#updateStatus(deployment, { ...deployment.status, conditions });
  }

  #with({ status }: Deployment, text: ConditionText): Conditions {
    return withCondition(status?.conditions ?? [], text, this.#context.clock.now());
  }

  /** Writes the current set's revision to the Deployment, where `kubectl rollout` reads it. */
  #noteRevision(deployment: Deployment, set: ReplicaSet, text: ConditionText | undefined): Promise<Deployment> {
    const revision = set.metadata?.annotations?.[REVISION] ?? '';
    const { annotations, ...metadata } = deployment.metadata ?? {};
    const news = progressDeadline(deployment) === undefined ? undefined : text;
    if (annotations?.[REVISION] === revision && news === undefined) return Promise.resolve(deployment);
    const noted = { ...deployment, metadata: { ...metadata, annotations: { ...annotations, [REVISION]: revision } } };
    const conditions = news ? this.#with(deployment, news) : deployment.status?.conditions;
    return this.#updateStatus(noted, { ...deployment.status, ...(conditions ? { conditions } : {}) });
  }

  async #notePause(deployment: Deployment): Promise<Deployment> {
    if (progressDeadline(deployment) === undefined) return deployment;
    const condition = conditionOf(deployment.status?.conditions, 'Progressing');
    if (condition?.reason === 'ProgressDeadlineExceeded') return deployment;
    const noted = condition?.reason === 'DeploymentPaused';
    const paused = deployment.spec?.paused === true;
    if (paused === noted) return deployment;
    const text = paused
      ? progressing('Unknown', 'DeploymentPaused', 'Deployment is paused')
      : progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed');
    return this.#setCondition(deployment, text);
  }

  async #apply(deployment: Deployment, sets: Sets, scales: readonly Scale[]): Promise<Sets> {
    const scaled = new Map<ReplicaSet, ReplicaSet>();
    for (const scale of scales) scaled.set(scale.set, await this.#scale(deployment, scale));
    const now = (set: ReplicaSet) => scaled.get(set) ?? set;
    return { current: sets.current && now(sets.current), old: sets.old.map(now) };
  }

  async #scale(deployment: Deployment, { set, replicas }: Scale): Promise<ReplicaSet> {
    const before = set.spec?.replicas ?? 0;
    const annotations = { ...set.metadata?.annotations, ...scaleAnnotations(deployment) };
    if (before === replicas && deepEqual(annotations, set.metadata?.annotations)) return set;
    const scaled = await this.#updateSet(set, { annotations, spec: { replicas } });
    if (before !== replicas) {
      const how = before < replicas ? 'up' : 'down';
      const message = `Scaled ${how} replica set ${set.metadata?.name} from ${before} to ${replicas}`;
      this.#context.events.record(deployment, 'Normal', 'ScalingReplicaSet', message);
    }
    return scaled;
  }

  async #updateSet(
    set: ReplicaSet,
    change: { readonly annotations: Readonly<Record<string, string>>; readonly spec: object },
  ): Promise<ReplicaSet> {
    const metadata = { ...set.metadata, annotations: change.annotations };
    const changed = { ...set, metadata, spec: { ...set.spec, ...change.spec } } as ReplicaSet;
    return this.#setWrites.wrote(await this.#context.client.of(ReplicaSets).update(changed));
  }

  async #cleanUp(deployment: Deployment, { old }: Sets): Promise<void> {
    for (const set of expiredSets(deployment, old)) {
      const { name = '', namespace = '' } = set.metadata ?? {};
      await ignoring(isNotFound, this.#context.client.of(ReplicaSets).delete(name, { namespace }));
      this.#setWrites.deleted(set);
    }
  }

  async #refuseEmptySelector(deployment: Deployment): Promise<undefined> {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.#context.events.record(deployment, 'Warning', 'SelectingAll', message);
    const generation = deployment.metadata?.generation ?? 0;
    if ((deployment.status?.observedGeneration ?? 0) < generation) {
      await this.#updateStatus(deployment, { ...deployment.status, observedGeneration: generation });
    }
    return undefined;
  }

  async #syncStatus(deployment: Deployment, sets: Sets): Promise<undefined> {
    await this.#updateStatus(deployment, countedStatus(deployment, sets, this.#context.clock.now()));
    return undefined;
  }

  async #syncRollout(deployment: Deployment, sets: Sets): Promise<Result | undefined> {
    const now = this.#context.clock.now();
    const status = rolloutStatus(deployment, sets, now);
    await this.#updateStatus(deployment, status);
    const wait = isComplete(deployment, status) ? undefined : untilTimedOut(deployment, status, now);
    return wait === undefined ? undefined : { requeueAfterMs: Math.max(0, wait) + 1000 };
  }

  async #updateStatus(deployment: Deployment, status: DeploymentStatus): Promise<Deployment> {
    const stored = this.#writes.get(keyOf(deployment));
    if (stored && sameStatus(stored.status, status) && deepEqual(stored.metadata, deployment.metadata))
      return deployment;
    return this.#writes.wrote(await this.#context.client.of(Deployments).updateStatus({ ...deployment, status }));
  }
}

const ZERO: DeploymentStatus = {
  observedGeneration: 0,
  replicas: 0,
  updatedReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  unavailableReplicas: 0,
  conditions: [],
};

/** Counts of zero may be left out of what is stored. */
const sameStatus = (a: DeploymentStatus | undefined, b: DeploymentStatus): boolean =>
  deepEqual({ ...ZERO, ...a }, { ...ZERO, ...b });
