import { type Event as CoreEvent, Events } from '#api/core/v1/event.ts';
import type { StorageVersion } from '#api/resource-definition.ts';
import type { Event } from './event.ts';

/** Both groups speak of the same events: they are stored as core/v1, with the fields that were renamed. */
export const eventStorage: StorageVersion<Event> = {
  definition: () => Events,
  toStorage(event) {
    const {
      regarding,
      note,
      reportingController,
      deprecatedSource,
      deprecatedFirstTimestamp,
      deprecatedLastTimestamp,
      deprecatedCount,
      ...same
    } = event;
    return pruned({
      ...same,
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      message: note,
      reportingComponent: reportingController,
      source: deprecatedSource,
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      count: deprecatedCount,
    }) as CoreEvent;
  },
  fromStorage(object) {
    const { involvedObject, message, reportingComponent, source, firstTimestamp, lastTimestamp, count, ...same } =
      object as CoreEvent;
    return pruned({
      ...same,
      apiVersion: 'events.k8s.io/v1',
      regarding: involvedObject,
      note: message,
      reportingController: reportingComponent,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
    }) as unknown as Event;
  },
};

const pruned = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
