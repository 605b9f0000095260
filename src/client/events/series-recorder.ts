import { type Event, EventsV1 } from '#api/events/v1/event.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Timer } from '#base/clock.ts';
import { RecentMap } from '#base/recent-map.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { Client } from '../client.ts';
import { strategicPatch } from '../options.ts';
import type { EventRecorder, EventRecorderOptions, EventType, RecordOptions } from './event-recorder.ts';
import { eventName, referenceTo } from './event-reference.ts';
import { EventSender } from './event-sender.ts';

/** A series has ended when nothing was added to it for so long. */
const FINISH_MS = 6 * 60_000;
/** So often a series that goes on is told, so that its event does not expire. */
const REFRESH_MS = 30 * 60_000;
const MOST_REMEMBERED = 16_384;

/** An event that was told, and how often it has happened since. */
interface Told {
  readonly event: Event;
  count: number;
  lastAt: number;
  toldAt: number;
}

/**
 * Records events through `events.k8s.io`: the first time as an event of its own, the second time as the beginning of a
 * series; what follows is only counted, and told when the series has ended or goes on for long.
 */
export class SeriesRecorder implements EventRecorder {
  readonly #client: Client;
  readonly #options: EventRecorderOptions;
  readonly #sender: EventSender;
  readonly #told = new RecentMap<string, Told>(MOST_REMEMBERED);
  #sequence = 0;
  #timer: Timer | undefined;

  constructor(client: Client, options: EventRecorderOptions) {
    this.#client = client;
    this.#options = options;
    this.#sender = new EventSender(options.logger);
  }

  record(
    object: KubernetesObject,
    type: EventType,
    reason: string,
    message: string,
    { action = '', related, reporter = this.#options.component, fieldPath }: RecordOptions = {},
  ): void {
    if (this.#sender.isFull) return this.#sender.drop(object, reason);
    const now = this.#options.clock.now();
    const regarding = referenceTo(object, fieldPath);
    const reference = related && referenceTo(related);
    const key = JSON.stringify([type, action, reason, reporter, regarding, reference]);
    const known = this.#told.get(key);
    if (known) return this.#again(known, now);
    const { component, host } = this.#options;
    const teller = `${component} ${host ?? ''}`;
    const namespace = regarding.namespace || 'default';
    const event = {
      metadata: { name: eventName(regarding, { now, teller, sequence: this.#sequence++ }), namespace },
      eventTime: microTime(now),
      reportingController: reporter,
      reportingInstance: host ? `${reporter}-${host}` : reporter,
      action,
      reason,
      regarding,
      ...(reference ? { related: reference } : {}),
      note: message,
      type,
    } as Event;
    this.#told.set(key, { event, count: 1, lastAt: now, toldAt: now });
    this.#arm();
    this.#sender.send(regarding, reason, async () => {
      await this.#client.of(EventsV1).create(event);
    });
  }

  flush(): Promise<void> {
    return this.#sender.idle();
  }

  /** Series are no longer looked after: their timer would keep the client, and all behind it, for minutes. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #again(told: Told, now: number): void {
    told.count++;
    told.lastAt = now;
    if (told.count === 2) this.#tell(told, now);
  }

  #tell(told: Told, now: number): void {
    told.toldAt = now;
    const { event, count, lastAt } = told;
    const { name = '', namespace = '' } = event.metadata ?? {};
    const series = { count, lastObservedTime: microTime(lastAt) };
    const events = this.#client.of(EventsV1);
    this.#sender.send(event.regarding ?? {}, event.reason ?? '', async () => {
      try {
        await events.patch(name, strategicPatch({ series }), { namespace });
      } catch (error) {
        // The first one has expired or went with its namespace: tell it anew.
        if (!isNotFound(error)) throw error;
        await events.create({ ...event, series } as Event);
      }
    });
  }

  #arm(): void {
    this.#timer ??= this.#options.clock.setTimer(FINISH_MS, () => this.#sweep());
  }

  /** Ends series, and tells of those that go on. */
  #sweep(): void {
    this.#timer = undefined;
    const now = this.#options.clock.now();
    const entries = this.#told.entries();
    for (const [key, told] of entries) {
      const isOver = now - told.lastAt >= FINISH_MS;
      const isSeries = told.count > 1;
      if (isSeries && (isOver || now - told.toldAt >= REFRESH_MS)) this.#tell(told, now);
      if (isOver) this.#told.delete(key);
    }
    if (entries.length > 0) this.#arm();
  }
}

const microTime = (now: number): string => `${new Date(now).toISOString().slice(0, 23)}000Z`;
