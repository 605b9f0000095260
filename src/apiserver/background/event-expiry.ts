import { type Event, Events } from '#api/core/v1/event.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';

export interface EventExpiryOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an event is kept after it was last written. */
  readonly ttlMs: number;
}

interface Expiring {
  readonly event: Event;
  readonly at: number;
}

/** Deletions under way at once: they are committed together. */
const WIDTH = 64;
/** Events are looked at in steps of this part of their time, so that they go not much too late. */
const STEPS = 60;

/** Deletes events when their time is over: watchers are told, and what was written before a restart expires as well. */
export class EventExpiry {
  readonly #options: EventExpiryOptions;
  readonly #informer: Informer<Event>;
  readonly #expiring = new Map<string, Expiring>();
  #timer: Timer | undefined;

  constructor(options: EventExpiryOptions) {
    this.#options = options;
    const { client, clock, logger } = options;
    this.#informer = new Informer(client.of(Events), { clock, logger });
    this.#informer.addHandler({
      added: (event) => this.#expect(event),
      updated: (event) => this.#expect(event),
      deleted: (event) => void this.#expiring.delete(uidOf(event)),
    });
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const running = this.#informer.run(signal);
    const sweeping = this.#sweep(signal);
    await running;
    this.#timer?.cancel();
    await sweeping;
  }

  #expect(event: Event): void {
    const { clock, ttlMs } = this.#options;
    // Nobody writes an event in the future, whatever it says of itself.
    this.#expiring.set(uidOf(event), { event, at: Math.min(lastWritten(event), clock.now()) + ttlMs });
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, logger, ttlMs } = this.#options;
    const now = clock.now();
    const due = [...this.#expiring.values()].filter(({ at }) => at <= now);
    for (let start = 0; start < due.length && !signal.aborted; start += WIDTH) {
      await Promise.all(due.slice(start, start + WIDTH).map(({ event }) => this.#delete(event)));
    }
    if (due.length > 0) logger.debug('events expired', { count: due.length });
    if (!signal.aborted) this.#timer = clock.setTimer(Math.max(1000, ttlMs / STEPS), () => void this.#sweep(signal));
  }

  /** An event that was written again meanwhile stays. */
  async #delete(event: Event): Promise<void> {
    const { name = '', namespace = '', resourceVersion, uid } = event.metadata ?? {};
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    try {
      await this.#options.client.of(Events).delete(name, { namespace, preconditions });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return;
      this.#options.logger.warn('delete expired event failed', { event: `${namespace}/${name}`, error });
    }
  }
}

const uidOf = ({ metadata }: Event): string => metadata?.uid ?? `${metadata?.namespace}/${metadata?.name}`;

/** The latest time that an event names, in milliseconds since the epoch. */
function lastWritten({ metadata, firstTimestamp, lastTimestamp, eventTime, series }: Event): number {
  const times = [metadata?.creationTimestamp, firstTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(0, ...times.flatMap((time) => (time ? [Date.parse(time)] : [])).filter(Number.isFinite));
}
