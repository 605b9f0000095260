import { setImmediate as immediate } from 'node:timers/promises';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { keyOf } from '#client/object-store.ts';
import { strategicPatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type PodInfo, schedulerNameOf } from '../../state/pod-info.ts';
import type { Victims } from './victims.ts';

const NAME = 'DefaultPreemption';

/** For whom room is made. */
export interface Preemptor {
  readonly kind: 'pod' | 'podgroup';
  readonly object: KubernetesObject;
  readonly priority: number;
  readonly schedulerName: string;
  /** The pods that wait for the room. */
  readonly pods: readonly PodInfo[];
}

export const preemptorOf = (pod: PodInfo): Preemptor => ({
  kind: 'pod',
  object: pod.pod,
  priority: pod.priority,
  schedulerName: schedulerNameOf(pod),
  pods: [pod],
});

/** Makes room for pods in the background; meanwhile they are not tried. */
export class Evictions {
  readonly #context: PluginContext;
  readonly #underWay = new Set<string>();

  constructor(context: PluginContext) {
    this.#context = context;
  }

  isUnderWay(uid: string): boolean {
    return this.#underWay.has(uid);
  }

  /** `victims.nodeName` says where room is made: a node, or `cluster` for a group. */
  start(preemptor: Preemptor, victims: Pick<Victims, 'pods' | 'nodeName'>): void {
    const { metrics, clock, logger, activate, resume } = this.#context;
    const startedAt = clock.monotonic();
    metrics.preemption.chose(victims.pods.length);
    for (const { uid } of preemptor.pods) this.#underWay.add(uid);
    const end = (wake: (uid: string) => void) => {
      for (const { uid } of preemptor.pods) {
        this.#underWay.delete(uid);
        wake(uid);
      }
    };
    void this.#evictAll(preemptor, victims).then(
      // Those that take their time to end wake the pod when they are gone.
      () => {
        metrics.preemption.evicted('success', startedAt);
        end(this.#areThere(victims) ? resume : activate);
      },
      (error) => {
        metrics.preemption.evicted('error', startedAt);
        logger.warn('preemption failed, will retry', { [preemptor.kind]: keyOf(preemptor.object), error });
        end(activate);
      },
    );
  }

  #areThere({ pods }: Pick<Victims, 'pods'>): boolean {
    return pods.some(({ uid }) => this.#context.state.nodeNameOf(uid) !== undefined);
  }

  async #evictAll(preemptor: Preemptor, { pods, nodeName }: Pick<Victims, 'pods' | 'nodeName'>): Promise<void> {
    const leaving = pods.filter(({ pod }) => pod.metadata?.deletionTimestamp === undefined);
    await Promise.all([
      ...this.#displaced(preemptor, nodeName).map((pod) => this.#clearNomination(pod)),
      ...leaving.map(({ pod }) => this.#evict(pod, preemptor, nodeName)),
    ]);
    // What was done is known only when its events have arrived: tried before, the pod would send the same ones away again.
    await immediate();
  }

  /** Less important pods that wait for room on the node: they may no longer fit, and look elsewhere. */
  #displaced({ priority }: Preemptor, nodeName: string): PodInfo[] {
    const nominated = this.#context.nominations.on(nodeName);
    return nominated ? [...nominated.values()].filter((pod) => pod.priority < priority) : [];
  }

  async #clearNomination(info: PodInfo): Promise<void> {
    const { name = '', namespace = '' } = info.pod.metadata ?? {};
    this.#context.nominations.delete(info.uid);
    await this.#context.client
      .of(Pods)
      .patch(name, strategicPatch({ status: { nominatedNodeName: null } }), { namespace, subresource: 'status' })
      .catch(ignoreGone);
  }

  async #evict(victim: Pod, preemptor: Preemptor, nodeName: string): Promise<void> {
    const { waiting, preBindings } = this.#context;
    const { uid = '' } = victim.metadata ?? {};
    // Who is not bound yet need not be removed: it gives its place back and looks for another.
    const isCalledOff = waiting.preempt(uid) || preBindings.cancel(uid, `preempted by ${NAME}`);
    if (!isCalledOff && !(await this.#remove(victim, preemptor))) return;
    const { kind, object } = preemptor;
    const where = `on node ${nodeName}${isCalledOff ? ' (in kube-scheduler memory).' : ''}`;
    this.#context.events.record(
      victim,
      'Normal',
      'Preempted',
      `Preempted by ${kind} ${object.metadata?.uid} ${where}`,
      {
        action: 'Preempting',
        related: object,
        reporter: preemptor.schedulerName,
      },
    );
  }

  /** Whether the pod was there to be removed. */
  async #remove(victim: Pod, preemptor: Preemptor): Promise<boolean> {
    const { client, clock } = this.#context;
    const { name = '', namespace = '', uid, generation } = victim.metadata ?? {};
    const before = victim.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${preemptor.schedulerName}: preempting to accommodate a higher priority ${preemptor.kind}`,
      lastTransitionTime: since ?? `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      ...(generation ? { observedGeneration: generation } : {}),
    };
    try {
      const patch = strategicPatch({ metadata: { uid }, status: { conditions: [condition] } });
      await client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
      await client.of(Pods).delete(name, { namespace, ...(uid ? { preconditions: { uid } } : {}) });
      return true;
    } catch (error) {
      ignoreGone(error);
      return false;
    }
  }
}

function ignoreGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
