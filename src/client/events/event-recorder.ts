import { type Event, Events } from '#api/core/v1/event.ts';
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { Client } from '../client.ts';
import { mergePatch } from '../options.ts';
import { type Correlated, EventCorrelator } from './event-correlator.ts';
import { KeyedQueue } from './keyed-queue.ts';

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
/** Events under way at once, each of another object. */
const WIDTH = 16;
/** What waits beyond that is dropped: telling must not cost more than what is told of. */
const MOST_QUEUED = 4096;

/** Records events through a client: those of one object in order, those of different ones side by side. */
export function createEventRecorder(client: Client, options: EventRecorderOptions): EventRecorder {
  const events = client.of(Events as ResourceDefinition<Event>);
  const correlator = new EventCorrelator();
  const queue = new KeyedQueue(WIDTH);
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
    // As if in nanoseconds, and never the same twice.
    const suffix = (BigInt(Math.floor(now)) * 1_000_000n + BigInt(sequence++ % 1_000_000)).toString(16);
    const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 3)}...` : message;
    return {
      metadata: { name: `${involvedObject.name}.${suffix}`, namespace },
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
      if (queue.size >= MOST_QUEUED) {
        options.logger.debug('event dropped: too many wait', { reason: of[2], object: of[0].metadata?.name });
        return;
      }
      const correlated = correlator.correlate(createEvent(...of), options.clock.now());
      if (correlated === undefined) return;
      const { reason, involvedObject } = correlated.event;
      queue.run(`${involvedObject.uid} ${involvedObject.namespace}/${involvedObject.name}`, () =>
        send(correlated).catch((error) =>
          options.logger.debug('event not recorded', { reason, object: involvedObject.name, error }),
        ),
      );
    },
    flush: () => queue.idle(),
  };
}

/** A reference as events carry it. Objects must say their kind, as those from a client do. */
function referenceTo(object: KubernetesObject, fieldPath: string | undefined) {
  const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
  return {
    kind: object.kind ?? '',
    apiVersion: object.apiVersion ?? '',
    name,
    ...(namespace ? { namespace } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(fieldPath ? { fieldPath } : {}),
  };
}

/** The same, for an object known only by its name (a node that is not there yet). */
export const referenceOf = (
  definition: { readonly group: string; readonly version: string; readonly kind: string },
  metadata: KubernetesObject['metadata'],
): KubernetesObject => ({ kind: definition.kind, apiVersion: apiVersionOf(definition), metadata });
