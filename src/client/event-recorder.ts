import { type Event, Events } from '#api/core/v1/event.ts';
import { apiVersionOf, type KubernetesObject, type ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { Client } from './client.ts';
import { mergePatch } from './options.ts';

export type EventType = 'Normal' | 'Warning';

/** Where components tell of what they do to an object. Never throws, never waits. */
export interface EventRecorder {
  /** `message` is shown to people as it is; the same event again counts up the first one. */
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

interface Recorded {
  readonly name: string;
  readonly namespace: string;
  readonly firstTimestamp: string;
  count: number;
  lastSeen: number;
}

/** After this long the same event is told as a new one. */
const AGGREGATE_MS = 600_000;
const MAX_REMEMBERED = 4096;
const MAX_MESSAGE = 1024;

/** Records events through a client, one after another, merging repetitions. */
export function createEventRecorder(client: Client, options: EventRecorderOptions): EventRecorder {
  const events = client.of(Events as ResourceDefinition<Event>);
  const remembered = new Map<string, Recorded>();
  let last: Promise<void> = Promise.resolve();
  let sequence = 0;

  const send = async (event: Event, key: string): Promise<void> => {
    const known = remembered.get(key);
    const now = options.clock.now();
    if (known && now - known.lastSeen < AGGREGATE_MS) {
      known.count++;
      known.lastSeen = now;
      try {
        const patch = mergePatch({ count: known.count, lastTimestamp: event.lastTimestamp, message: event.message });
        await events.patch(known.name, patch, { namespace: known.namespace });
        return;
      } catch (error) {
        // The first one has expired or went with its namespace: tell it anew.
        if (!isNotFound(error)) throw error;
      }
    }
    const { name = '', namespace = '' } = event.metadata ?? {};
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, { name, namespace, firstTimestamp: event.firstTimestamp ?? '', count: 1, lastSeen: now });
    await events.create(event, { namespace });
  };

  return {
    record(object, type, reason, message, { fieldPath } = {}) {
      const involvedObject = referenceTo(object, fieldPath);
      const now = options.clock.now();
      const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
      const namespace = involvedObject.namespace || 'default';
      const suffix = (now * 1000 + (sequence++ % 1000)).toString(16);
      const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 3)}...` : message;
      const event = {
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
      const { uid, name } = involvedObject;
      const key = [uid, name, namespace, fieldPath, type, reason, text].join('\0');
      last = last
        .then(() => send(event, key))
        .catch((error) => options.logger.debug('event not recorded', { reason, object: involvedObject.name, error }));
    },
    flush: () => last,
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
