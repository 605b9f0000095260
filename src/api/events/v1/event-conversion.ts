import { type Event as CoreEvent, Events } from '#api/core/v1/event.ts';
import type { StorageVersion } from '#api/resource-definition.ts';
import type { Event } from './event.ts';

type Members = Record<string, unknown>;

/** What core/v1 calls otherwise than events.k8s.io/v1. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]);
const CORE_NAMES: ReadonlyMap<string, string> = new Map([...NAMES].map(([name, core]) => [core, name]));

/** Both groups speak of the same events: they are stored as core/v1, with the fields that were renamed. */
export const eventStorage: StorageVersion<Event> = {
  definition: () => Events,
  toStorage(event) {
    const stored = renamed(event as unknown as Members, NAMES, 'v1');
    stored['involvedObject'] ??= {};
    // In core/v1 these are always written, here never when there is nothing in them.
    stored['reportingComponent'] ??= '';
    stored['reportingInstance'] ??= '';
    return stored as unknown as CoreEvent;
  },
  fromStorage(object) {
    const event = renamed(object as unknown as Members, CORE_NAMES, 'events.k8s.io/v1');
    if (event['reportingController'] === '') delete event['reportingController'];
    if (event['reportingInstance'] === '') delete event['reportingInstance'];
    return event as unknown as Event;
  },
};

/** Member by member, because events come by the thousand and destructuring them costs more than all the rest. */
function renamed(object: Members, names: ReadonlyMap<string, string>, apiVersion: string): Members {
  const result: Members = {};
  for (const name in object) {
    const value = object[name];
    if (value !== undefined) result[names.get(name) ?? name] = value;
  }
  result['apiVersion'] = apiVersion;
  return result;
}
