import { EventSource } from '#api/core/v1/event-source.ts';
import { ObjectReference } from '#api/core/v1/references.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int32, message, microTime, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import { eventColumns } from './event-columns.ts';
import { eventStorage } from './event-conversion.ts';
import { eventFields } from './event-fields.ts';
import { eventStrategy } from './event-strategy.ts';

export const EventSeries = message('io.k8s.api.events.v1.EventSeries', {
  count: req(1, int32),
  lastObservedTime: req(2, microTime),
});
export interface EventSeries extends Infer<typeof EventSeries> {}

export const Event = message(
  'io.k8s.api.events.v1.Event',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    eventTime: req(2, microTime),
    series: ptr(3, EventSeries),
    reportingController: opt(4, string),
    reportingInstance: opt(5, string),
    action: opt(6, string, { description: 'What was done about it' }),
    reason: opt(7, string, { description: 'What happened, in a word' }),
    regarding: opt(8, ObjectReference, { description: 'What it happened to' }),
    related: ptr(9, ObjectReference),
    note: opt(10, string, { description: 'What happened, for people' }),
    type: opt(11, string, { description: 'Normal or Warning' }),
    deprecatedSource: opt(12, EventSource),
    deprecatedFirstTimestamp: opt(13, time),
    deprecatedLastTimestamp: opt(14, time),
    deprecatedCount: opt(15, int32),
  },
  { description: 'Something that happened to an object' },
);
export interface Event extends Infer<typeof Event> {}

export const EventsV1: ResourceDefinition<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Event,
  shortNames: ['ev'],
  storage: eventStorage,
  columns: eventColumns,
  selectableFields: eventFields,
  strategy: eventStrategy,
};
