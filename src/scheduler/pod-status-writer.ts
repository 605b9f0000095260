import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { strategicPatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

export interface PodStatusWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Refusal {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  /** The node on which room was made; '' takes an earlier nomination back. */
  readonly nominated?: string;
}

/** Tells in the status of pods why they are not scheduled. Does not wait; what fails is told again the next time. */
export class PodStatusWriter {
  readonly #options: PodStatusWriterOptions;
  /** Pods, by uid, that were told where they are expected; what is known of them may not say so yet. */
  readonly #expected = new Set<string>();

  constructor(options: PodStatusWriterOptions) {
    this.#options = options;
  }

  /** Sets PodScheduled to False and the nominated node, unless the pod says so already. */
  tell(pod: Pod, refusal: Refusal): void {
    const { clock } = this.#options;
    const conditions = this.#condition(pod, refusal, clock.now());
    const { nominated } = refusal;
    const wasExpected = this.#expected.delete(pod.metadata?.uid ?? '');
    const isNominated =
      nominated === undefined || (!wasExpected && nominated === (pod.status?.nominatedNodeName ?? ''));
    if (conditions.length === 0 && isNominated) return;
    this.#write(pod, {
      ...(conditions.length > 0 ? { conditions } : {}),
      ...(isNominated ? {} : { nominatedNodeName: nominated || null }),
    });
  }

  /** Tells to which node a pod will be bound when everything is ready there. */
  nominate(pod: Pod, nodeName: string): void {
    if (pod.status?.nominatedNodeName === nodeName) return;
    this.#expected.add(pod.metadata?.uid ?? '');
    this.#write(pod, { nominatedNodeName: nodeName });
  }

  /** The pod is where it was expected, or gone. */
  settled(pod: Pod): void {
    this.#expected.delete(pod.metadata?.uid ?? '');
  }

  #write(pod: Pod, status: object): void {
    const { client, logger } = this.#options;
    const { name = '', namespace = '', uid } = pod.metadata ?? {};
    client
      .of(Pods)
      .patch(name, strategicPatch({ metadata: { uid }, status }), { namespace, subresource: 'status' })
      .catch((error) => {
        if (!isNotFound(error)) logger.debug('status not told', { pod: `${namespace}/${name}`, error });
      });
  }

  #condition({ status, metadata }: Pod, { reason, message }: Refusal, now: number) {
    const known = status?.conditions?.find((condition) => condition.type === 'PodScheduled');
    const wasFalse = known?.status === 'False';
    if (wasFalse && known.reason === reason && known.message === message) return [];
    const lastTransitionTime = wasFalse ? known.lastTransitionTime : `${new Date(now).toISOString().slice(0, 19)}Z`;
    const { generation } = metadata ?? {};
    const observed = generation ? { observedGeneration: generation } : {};
    return [{ type: 'PodScheduled', status: 'False', reason, message, lastTransitionTime, ...observed }];
  }
}
