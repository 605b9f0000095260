import type { ControllerRevision } from '#api/apps/v1/controller-revision.ts';
import { type DaemonSet, DaemonSets } from '#api/apps/v1/daemon-set.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../shared/claimer.ts';
import { gatherMs } from '../shared/gather.ts';
import { PodControl } from '../shared/pod-control.ts';
import { BY_CONTROLLER, controllerIndex, ORPHANS_IN } from '../shared/pod-index.ts';
import { nextAvailability } from '../shared/pods.ts';
import { RevisionHistory } from '../shared/revisions/revision-history.ts';
import { REVISION_HASH } from '../shared/revisions/revision-plan.ts';
import { SlowStart } from '../shared/slow-start.ts';
import { type DaemonState, daemonStatus, planDaemons } from './daemon-plan.ts';
import { daemonPod, nodeOf } from './daemon-pod.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';

/** No more pods are created or deleted in one go. */
const BURST = 250;

/** Keeps one pod on every node that wants one. */
export class DaemonSetController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #writes: OwnWrites<Pod>;
  readonly #slowStart = new SlowStart();
  readonly #podControl: PodControl;
  readonly #claimer: Claimer<DaemonSet, Pod>;
  readonly #history: RevisionHistory<DaemonSet>;
  readonly #failures = new FailedPodBackoff();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#nodes = context.informers.of(Nodes);
    this.#pods = controllerIndex(context.informers.of(Pods));
    this.#writes = new OwnWrites(this.#pods);
    this.#podControl = new PodControl(context, this.#writes);
    this.#claimer = new Claimer(context.client, { owners: DaemonSets, members: Pods, writes: this.#writes });
    this.#history = new RevisionHistory(context, DaemonSets);
    this.controller = new Controller('daemonset', context)
      .for(DaemonSets)
      .owns(Pods, 'DaemonSet')
      .watches(Pods, (pod) => (controllerOf(pod) ? [] : this.#keysWanting(pod)))
      .watches(Nodes, (node, old) => (old && deepEqual(relevant(node), relevant(old)) ? [] : this.#allKeys()))
      .gathers((key) => gatherMs(this.#pods, context.informers.of(DaemonSets).store.getByKey(key)))
      .reconciles((key) => this.#reconcile(key));
  }

  #sets(): DaemonSet[] {
    return this.#context.informers.of(DaemonSets).store.list();
  }

  #allKeys(): string[] {
    return this.#sets().map(keyOf);
  }

  #keysWanting({ metadata }: Pod): string[] {
    return this.#sets()
      .filter((set) => set.metadata?.namespace === metadata?.namespace)
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels ?? {}))
      .map(keyOf);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const set = this.#context.informers.of(DaemonSets).store.getByKey(key);
    if (set === undefined) return undefined;
    const selector = selectorFromObject(set.spec?.selector);
    if (selector.isEmpty) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      this.#context.events.record(set, 'Warning', 'SelectingAll', message);
      return undefined;
    }
    if (set.metadata?.deletionTimestamp) return undefined;
    const claimed = await this.#claimer.claim(set, selector, this.#podsOf(set));
    const known = { template: set.spec?.template, selector, collisions: set.status?.collisionCount };
    const { revision, collisions } = await this.#history.sync(set, known);
    const pods = await this.#dropDuplicates(set, revision, claimed);
    const hash = hashOf(revision) ?? '';
    const state = { set, nodes: this.#nodes.store.list(), pods, hash, now: this.#context.clock.now() };
    const { error, waitMs } = await this.#apply(state);
    const after = { ...state, pods: this.#podsOf(set).filter((pod) => isControlledBy(pod, set)) };
    await this.#updateStatus(after, collisions);
    if (error) throw error;
    const used = new Set(after.pods.map(hashOf));
    const live = this.#history.of(set).filter((one) => used.has(hashOf(one)) || one === revision);
    const names = new Set([revision, ...live].map(({ metadata }) => metadata?.name ?? ''));
    await this.#history.truncate(set, set.spec?.revisionHistoryLimit ?? 10, names);
    const available =
      nextAvailability(after.pods, set.spec?.minReadySeconds ?? 0, state.now) ?? Number.POSITIVE_INFINITY;
    const wait = Math.min(waitMs, available);
    return Number.isFinite(wait) ? { requeueAfterMs: wait } : undefined;
  }

  /** Of several revisions of one template one stays; the pods of the others are its own from then on. */
  async #dropDuplicates(set: DaemonSet, revision: ControllerRevision, pods: readonly Pod[]): Promise<Pod[]> {
    let current = [...pods];
    for (const duplicate of this.#history.duplicates(set, revision)) {
      const isOfDuplicate = (pod: Pod) => hashOf(pod) === hashOf(duplicate);
      current = await Promise.all(
        current.map((pod) => (isOfDuplicate(pod) ? this.#relabel(pod, hashOf(revision)) : pod)),
      );
      await this.#history.remove(duplicate);
    }
    return current;
  }

  async #relabel({ metadata }: Pod, hash: string | undefined): Promise<Pod> {
    const { name = '', namespace = '', uid } = metadata ?? {};
    const patch = strategicPatch({ metadata: { uid, labels: { [REVISION_HASH]: hash } } });
    return this.#writes.wrote(await this.#context.client.of(Pods).patch(name, patch, { namespace }));
  }

  #podsOf(set: DaemonSet): Pod[] {
    const { uid = '', namespace = '' } = set.metadata ?? {};
    const { store } = this.#pods;
    const known = [...store.byIndex(BY_CONTROLLER, uid), ...store.byIndex(ORPHANS_IN, namespace)];
    return this.#writes.current(known, (pod) => isControlledBy(pod, set));
  }

  /** Resolves with what went wrong, and the milliseconds until more is to be done: Infinity when it is nothing. */
  async #apply(state: DaemonState): Promise<{ readonly error: unknown; readonly waitMs: number }> {
    const { set, hash, now } = state;
    const plan = planDaemons(state);
    const waits = plan.failed.map((pod) => this.#failures.wait(`${set.metadata?.uid}/${nodeOf(pod)}`, now));
    this.#failures.prune(now);
    const failed = plan.failed.filter((_, at) => waits[at] === 0);
    for (const pod of failed) this.#tell(set, pod, 'failed');
    for (const pod of plan.remove) if (pod.status?.phase === 'Succeeded') this.#tell(set, pod, 'succeeded');
    const remove = [...failed, ...plan.remove].slice(0, BURST);
    const nodes = plan.create.slice(0, BURST);
    const queue = [...nodes];
    const [made, ...gone] = await Promise.all([
      this.#slowStart.run(set.metadata?.uid ?? '', nodes.length, () =>
        this.#podControl.create(set, daemonPod(set, queue.shift() ?? '', hash)),
      ),
      ...remove.map((pod) => this.#podControl.delete(set, pod).catch((error: unknown) => ({ error }))),
    ]);
    const error = made.error ?? gone.find((result) => result !== undefined)?.error;
    return { error, waitMs: Math.min(Number.POSITIVE_INFINITY, ...waits.filter((wait) => wait > 0)) };
  }

  #tell(set: DaemonSet, pod: Pod, how: 'failed' | 'succeeded'): void {
    const { namespace, name } = pod.metadata ?? {};
    const found = `Found ${how} daemon pod ${namespace}/${name} on node ${nodeOf(pod)}, will try to`;
    const [type, reason, message] =
      how === 'failed'
        ? (['Warning', 'FailedDaemonPod', `${found} kill it`] as const)
        : (['Normal', 'SucceededDaemonPod', `${found} delete it`] as const);
    this.#context.events.record(set, type, reason, message);
  }

  async #updateStatus(state: DaemonState, collisions: number | undefined): Promise<void> {
    const status = daemonStatus(state, collisions);
    if (deepEqual({ ...ZERO, ...state.set.status }, { ...ZERO, ...status })) return;
    await this.#context.client.of(DaemonSets).updateStatus({ ...state.set, status });
  }
}

const hashOf = ({ metadata }: Pod | ControllerRevision): string | undefined => metadata?.labels?.[REVISION_HASH];

/** What of a node decides whether daemons run there. */
const relevant = ({ metadata, spec }: Node) => ({ labels: metadata?.labels, taints: spec?.taints });

/** Counts of zero may be left out of what is stored. */
const ZERO = { updatedNumberScheduled: 0, numberAvailable: 0, numberUnavailable: 0 };
