import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { PodStatus } from '#api/core/v1/pod-status.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { strategicPatch } from '#client/options.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import { createStrategicMergePatch } from '#machinery/patch/strategic-diff.ts';

export interface StatusWriterOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 10_000;

/**
 * Tells the API server of one pod's status: the newest wins, one call at a time, and what the server already has is
 * not sent. Never throws.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #signal: AbortSignal;
  /** The newest pod that the API server is known to have. */
  #base: Pod;
  #wanted: PodStatus | undefined;
  #sending: Promise<void> | undefined;

  constructor(pod: Pod, options: StatusWriterOptions, signal: AbortSignal) {
    this.#base = pod;
    this.#options = options;
    this.#signal = signal;
  }

  /** The status as the API server has it, or will have once what was set is sent. */
  get status(): PodStatus {
    return this.#wanted ?? this.#base.status ?? {};
  }

  /** Tells of a newer state of the pod from the API server. */
  observe(pod: Pod): void {
    if (revision(pod) >= revision(this.#base)) this.#base = pod;
  }

  /** Sends a status soon; at once when nothing is under way. */
  set(status: PodStatus): void {
    this.#wanted = status;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when what was set has been told, or the pod is gone, or the signal aborts. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    let retry = FIRST_RETRY_MS;
    while (this.#wanted !== undefined && !this.#signal.aborted) {
      const wanted = this.#wanted;
      const done = await this.#patch(wanted);
      if (done) {
        if (this.#wanted === wanted) this.#wanted = undefined;
        retry = FIRST_RETRY_MS;
        continue;
      }
      await this.#options.clock.sleep(retry, this.#signal).catch(() => {});
      retry = Math.min(retry * 2, LAST_RETRY_MS);
    }
  }

  /** Whether the status needs no further try. */
  async #patch(wanted: PodStatus): Promise<boolean> {
    const patch = createStrategicMergePatch(PodStatus, this.#base.status ?? {}, wanted);
    if (Object.keys(patch).length === 0) return true;
    const { name = '', namespace = '', uid } = this.#base.metadata ?? {};
    try {
      const pods = this.#options.client.of<Pod>(Pods);
      const body = strategicPatch({ metadata: { uid }, status: patch });
      const updated = await pods.patch(name, body, { namespace, subresource: 'status', signal: this.#signal });
      this.observe(updated);
      return true;
    } catch (error) {
      // Gone, or another pod has its name now: nobody wants this status.
      if (isNotFound(error) || isConflict(error)) return true;
      if (!this.#signal.aborted)
        this.#options.logger.warn('pod status not told, will retry', { namespace, pod: name, error });
      return false;
    }
  }
}

const revision = ({ metadata }: Pod): number => Number(metadata?.resourceVersion ?? 0);
