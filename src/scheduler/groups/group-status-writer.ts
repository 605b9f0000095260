import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { strategicPatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

const TYPE = 'PodGroupScheduled';

export interface GroupStatusWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells in the status of groups whether enough of their pods are scheduled. What fails is told again the next time. */
export class GroupStatusWriter {
  readonly #options: GroupStatusWriterOptions;

  constructor(options: GroupStatusWriterOptions) {
    this.#options = options;
  }

  scheduled(group: PodGroup): void {
    this.#tell(group, { status: 'True', reason: 'Scheduled', message: '' });
  }

  refused(group: PodGroup, reason: 'Unschedulable' | 'SchedulerError', message: string): void {
    this.#tell(group, { status: 'False', reason, message });
  }

  /** A group that was scheduled once stays so. */
  #tell(group: PodGroup, told: { readonly status: string; readonly reason: string; readonly message: string }): void {
    const { client, clock, logger } = this.#options;
    const { name = '', namespace = '', uid, generation } = group.metadata ?? {};
    const known = group.status?.conditions?.find(({ type }) => type === TYPE);
    if (known?.status === 'True') return;
    if (known && known.reason === told.reason && known.message === told.message) return;
    const now = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    const lastTransitionTime = known?.status === told.status ? known.lastTransitionTime : now;
    const condition = { type: TYPE, ...told, lastTransitionTime, observedGeneration: generation };
    client
      .of(PodGroups)
      .patch(name, strategicPatch({ metadata: { uid }, status: { conditions: [condition] } }), {
        namespace,
        subresource: 'status',
      })
      .catch((error) => {
        if (!isNotFound(error)) logger.debug('status not told', { podGroup: `${namespace}/${name}`, error });
      });
  }
}
