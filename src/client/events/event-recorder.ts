import { type Event, Events } from '#api/core/v1/event.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { Client } from '../client.ts';
import { mergePatch } from '../options.ts';
import { type Correlated, EventCorrelator } from './event-correlator.ts';
import { eventName, referenceTo } from './event-reference.ts';
import { EventSender } from './event-sender.ts';

export type EventType = 'Normal' | 'Warning';

/** Where components tell of what they do to an object. Never throws, never waits. */
export interface EventRecorder {
  /** `message` is shown to people as it is. What repeats itself is counted up or combined, what is too much is dropped. */
  record(object: KubernetesObject, type: EventType, reason: string, message: string, options?: RecordOptions): void;
  /** Resolves when everything recorded so far has been sent or given up. */
  flush(): Promise<void>;
}

export interface RecordOptions {
  /** The part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** What was done about it; where events are told as series. */
  readonly action?: string;
  /** Another object that has to do with it; where events are told as series. */
  readonly related?: KubernetesObject;
  /** Who reports, in place of the recorder's component. */
  readonly reporter?: string;
}

export interface EventRecorderOptions {
  /** The component that reports, for example `kubelet`. */
  readonly component: string;
  /** The node it reports from. */
  readonly host?: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_MESSAGE = 1024;
/** Records events through a client: those of one object in order, those of different ones side by side. */
export function createEventRecorder(client: Client, options: EventRecorderOptions): EventRecorder {
  const events = client.of(Events as ResourceDefinition<Event>);
  const correlator = new EventCorrelator();
  const sender = new EventSender(options.logger);
  const teller = `${options.component} ${options.host ?? ''}`;
  let sequence = 0;

  const send = async ({ event, isRepeated }: Correlated): Promise<void> => {
    const { name = '', namespace = '' } = event.metadata;
    if (isRepeated) {
      const { count, lastTimestamp, message } = event;
      try {
        await events.patch(name, mergePatch({ count, lastTimestamp, message }), { namespace });
        return;
      } catch (error) {
        // The first one has expired or went with its namespace: tell it anew.
        if (!isNotFound(error)) throw error;
      }
    }
    await events.create(event, { namespace });
  };

  const createEvent: (...of: Parameters<EventRecorder['record']>) => Event = (object, type, reason, message, more) => {
    const involvedObject = referenceTo(object, more?.fieldPath);
    const now = options.clock.now();
    const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
    const namespace = involvedObject.namespace || 'default';
    const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 3)}...` : message;
    return {
      metadata: { name: eventName(involvedObject, { now, teller, sequence: sequence++ }), namespace },
      involvedObject,
      reason,
      message: text,
      source: { component: options.component, ...(options.host ? { host: options.host } : {}) },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      reportingComponent: options.component,
      reportingInstance: options.host ?? '',
    } as Event;
  };

  return {
    record(...of) {
      if (sender.isFull) return sender.drop(of[0], of[2]);
      const correlated = correlator.correlate(createEvent(...of), options.clock.now());
      if (correlated === undefined) return;
      const { reason = '', involvedObject } = correlated.event;
      sender.send(involvedObject, reason, () => send(correlated));
    },
    flush: () => sender.idle(),
  };
}
