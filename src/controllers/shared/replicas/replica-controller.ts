import type { ReplicaSetStatus } from '#api/apps/v1/replica-set.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../claimer.ts';
import { gatherMs } from '../gather.ts';
import { messageOf, PodControl, podFromTemplate } from '../pod-control.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../pod-index.ts';
import { isPodActive, nextAvailability } from '../pods.ts';
import { SlowStart } from '../slow-start.ts';
import { planReplicas } from './replica-plan.ts';
import { replicaStatus } from './replica-status.ts';

/** What ReplicaSets and ReplicationControllers say, each in its own words. */
export interface ReplicaKind<T extends KubernetesObject> {
  readonly definition: ResourceDefinition<T>;
  readonly spec: (object: T) => ReplicaSpec;
  readonly status: (object: T) => ReplicaSetStatus | undefined;
  readonly withStatus: (object: T, status: ReplicaSetStatus) => T;
  readonly countsTerminating: boolean;
}

export interface ReplicaSpec {
  readonly replicas: number;
  readonly minReadySeconds: number;
  /** Never everything: that would take every pod of the namespace. */
  readonly selector: Selector;
  readonly template: PodTemplateSpec | undefined;
}

/** Keeps as many pods as an object wants: the core of ReplicaSets and ReplicationControllers. */
export class ReplicaController<T extends KubernetesObject> {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #kind: ReplicaKind<T>;
  readonly #pods: Informer<Pod>;
  readonly #owners: OwnWrites<T>;
  readonly #writes: OwnWrites<Pod>;
  readonly #podControl: PodControl;
  readonly #claimer: Claimer<T, Pod>;
  readonly #slowStart = new SlowStart();

  constructor(name: string, context: ControllerContext, kind: ReplicaKind<T>) {
    this.#context = context;
    this.#kind = kind;
    this.#pods = controllerIndex(context.informers.of(Pods));
    this.#owners = new OwnWrites(context.informers.of(kind.definition));
    this.#writes = new OwnWrites(this.#pods);
    this.#podControl = new PodControl(context, this.#writes);
    this.#claimer = new Claimer(context.client, { owners: kind.definition, members: Pods, writes: this.#writes });
    this.controller = new Controller(name, context)
      .for(kind.definition)
      .owns(Pods, kind.definition.kind)
      .watches(Pods, (pod) => this.#keysWanting(pod))
      .gathers((key) => gatherMs(this.#pods, context.informers.of(kind.definition).store.getByKey(key)))
      .reconciles((key, signal) => this.#reconcile(key, signal));
  }

  /** Owners that would adopt an orphan. */
  #keysWanting(pod: Pod): string[] {
    const { labels, namespace } = pod.metadata ?? {};
    if (labels === undefined || controllerOf(pod) !== undefined) return [];
    return this.#context.informers
      .of(this.#kind.definition)
      .store.list()
      .filter((owner) => owner.metadata?.namespace === namespace)
      .filter((owner) => this.#kind.spec(owner).selector.matches(labels))
      .map((owner) => `${namespace}/${owner.metadata?.name}`);
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<Result | undefined> {
    const owner = this.#owners.get(key);
    if (owner === undefined) return undefined;
    const spec = this.#kind.spec(owner);
    const active = await this.#claimer.claim(owner, spec.selector, this.#podsOf(owner).filter(isPodActive));
    const { failure, isPart } = owner.metadata?.deletionTimestamp
      ? DONE
      : await this.#manage(owner, spec, { active, signal });
    const own = this.#ownPods(owner, spec);
    await this.#updateStatus(owner, spec, { pods: own, failure });
    if (failure) throw failure.error;
    // The rest at once: what gathers meanwhile is only what has been done.
    if (isPart) return { requeueAfterMs: 0 };
    const { minReadySeconds } = spec;
    const wait =
      minReadySeconds > 0
        ? nextAvailability(own.filter(isPodActive), minReadySeconds, this.#context.clock.now())
        : undefined;
    return wait === undefined ? undefined : { requeueAfterMs: wait };
  }

  /** The pods an owner has and those it may take, as far as this controller knows. */
  #podsOf(owner: T): Pod[] {
    const { uid = '', namespace = '' } = owner.metadata ?? {};
    const { store } = this.#pods;
    const known = [...store.byIndex(BY_CONTROLLER, uid), ...store.byIndex(ORPHANS_IN, namespace)];
    return this.#writes.current(known, (pod) => isControlledBy(pod, owner));
  }

  #ownPods(owner: T, { selector }: ReplicaSpec): Pod[] {
    return this.#podsOf(owner).filter(
      (pod) => isControlledBy(pod, owner) && selector.matches(pod.metadata?.labels ?? {}),
    );
  }

  async #manage(
    owner: T,
    { replicas, template }: ReplicaSpec,
    { active, signal }: { readonly active: readonly Pod[]; readonly signal: AbortSignal },
  ): Promise<Outcome> {
    const related = () => this.#relatedPods(owner);
    const plan = planReplicas({ wanted: replicas, active, related, now: this.#context.clock.now() });
    const { definition } = this.#kind;
    const pod = podFromTemplate(owner, { apiVersion: apiVersionOf(definition), kind: definition.kind }, template);
    const { uid = '' } = owner.metadata ?? {};
    const create = async () => (signal.aborted ? undefined : this.#podControl.create(owner, pod));
    const { successes, error } = await this.#slowStart.run(uid, plan.create, create);
    if (error) return { failure: { reason: 'FailedCreate', error }, isPart: false };
    // Nothing more is made in a namespace that is on its way out, or by a controller that ends.
    if (successes < plan.create) return DONE;
    const deleted = await Promise.allSettled(plan.remove.map((one) => this.#podControl.delete(owner, one)));
    const failed = deleted.find((result) => result.status === 'rejected');
    return failed
      ? { failure: { reason: 'FailedDelete', error: failed.reason }, isPart: false }
      : { failure: undefined, isPart: plan.isPart };
  }

  /** Active pods of all objects that this owner's own controller has: the ReplicaSets of one Deployment. */
  #relatedPods(owner: T): Pod[] {
    const controller = controllerOf(owner);
    if (controller === undefined) return this.#podsOf(owner);
    return this.#context.informers
      .of(this.#kind.definition)
      .store.list()
      .filter((sibling) => controllerOf(sibling)?.uid === controller.uid)
      .flatMap((sibling) => this.#pods.store.byIndex(BY_CONTROLLER, sibling.metadata?.uid ?? ''));
  }

  async #updateStatus(
    owner: T,
    spec: ReplicaSpec,
    { pods, failure }: { readonly pods: readonly Pod[]; readonly failure: Failure | undefined },
  ): Promise<void> {
    const { countsTerminating, definition } = this.#kind;
    const old = this.#kind.status(owner);
    const status = replicaStatus({
      old,
      generation: owner.metadata?.generation,
      template: spec.template,
      minReadySeconds: spec.minReadySeconds,
      pods,
      countsTerminating,
      failure: failure && { reason: failure.reason, message: messageOf(failure.error) },
      now: this.#context.clock.now(),
    });
    if (sameStatus(old, status)) return;
    this.#owners.wrote(await this.#context.client.of(definition).updateStatus(this.#kind.withStatus(owner, status)));
  }
}

/** What came of one go at creating or deleting pods. */
interface Outcome {
  readonly failure: Failure | undefined;
  /** Whether more is to be done than was in one go. */
  readonly isPart: boolean;
}

const DONE: Outcome = { failure: undefined, isPart: false };

interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly error: unknown;
}

const COUNTS = {
  fullyLabeledReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  terminatingReplicas: 0,
  observedGeneration: 0,
  conditions: [],
};

/** Counts of zero may be left out of what is stored. */
const sameStatus = (old: ReplicaSetStatus | undefined, status: ReplicaSetStatus): boolean =>
  old !== undefined && deepEqual({ ...COUNTS, ...old }, { ...COUNTS, ...status });
