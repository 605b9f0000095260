import { setImmediate as immediate } from 'node:timers/promises';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { strategicPatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type PodInfo, schedulerNameOf } from '../../state/pod-info.ts';
import type { Victims } from './victims.ts';

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

  start(preemptor: PodInfo, victims: Victims): void {
    const { metrics, logger, activate, resume } = this.#context;
    const { uid, key } = preemptor;
    metrics.choseVictims(victims.pods.length);
    this.#underWay.add(uid);
    void this.#evictAll(preemptor, victims).then(
      () => {
        this.#underWay.delete(uid);
        // Those that take their time to end wake the pod when they are gone.
        if (this.#areThere(victims)) resume(uid);
        else activate(uid);
      },
      (error) => {
        logger.warn('preemption failed, will retry', { pod: key, error });
        this.#underWay.delete(uid);
        activate(uid);
      },
    );
  }

  #areThere({ pods, nodeName }: Victims): boolean {
    const there = this.#context.state.get(nodeName)?.pods;
    return there !== undefined && pods.some(({ uid }) => there.has(uid));
  }

  async #evictAll(preemptor: PodInfo, { pods, nodeName }: Victims): Promise<void> {
    const leaving = pods.filter(({ pod }) => pod.metadata?.deletionTimestamp === undefined);
    await Promise.all([
      ...this.#displaced(preemptor, nodeName).map((pod) => this.#clearNomination(pod)),
      ...leaving.map(({ pod }) => this.#evict(pod, preemptor, nodeName)),
    ]);
    // What was done is known only when its events have arrived: tried before, the pod would send the same ones away again.
    await immediate();
  }

  /** Less important pods that wait for room on the node: they may no longer fit, and look elsewhere. */
  #displaced({ priority }: PodInfo, nodeName: string): PodInfo[] {
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

  async #evict(victim: Pod, preemptor: PodInfo, nodeName: string): Promise<void> {
    const { client, clock, events } = this.#context;
    const { name = '', namespace = '', uid, generation } = victim.metadata ?? {};
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${preemptor.pod.spec?.schedulerName}: preempting to accommodate a higher priority pod`,
      lastTransitionTime: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      ...(generation ? { observedGeneration: generation } : {}),
    };
    try {
      const patch = strategicPatch({ metadata: { uid }, status: { conditions: [condition] } });
      await client.of(Pods).patch(name, patch, { namespace, subresource: 'status' });
      await client.of(Pods).delete(name, { namespace, ...(uid ? { preconditions: { uid } } : {}) });
    } catch (error) {
      return ignoreGone(error);
    }
    events.record(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.uid} on node ${nodeName}`, {
      action: 'Preempting',
      related: preemptor.pod,
      reporter: schedulerNameOf(preemptor),
    });
  }
}

function ignoreGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
