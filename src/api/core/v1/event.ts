import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int32, message, microTime, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import { eventColumns } from './event-columns.ts';
import { eventFields } from './event-fields.ts';
import { EventSource } from './event-source.ts';
import { eventStrategy } from './event-strategy.ts';
import { ObjectReference } from './references.ts';

export const EventSeries = message('io.k8s.api.core.v1.EventSeries', {
  count: opt(1, int32),
  lastObservedTime: opt(2, microTime),
});
export interface EventSeries extends Infer<typeof EventSeries> {}

export const Event = message(
  'io.k8s.api.core.v1.Event',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: req(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    involvedObject: req(2, ObjectReference, { description: 'What it happened to' }),
    reason: opt(3, string, { description: 'What happened, in a word' }),
    message: opt(4, string, { description: 'What happened, for people' }),
    source: opt(5, EventSource),
    firstTimestamp: opt(6, time),
    lastTimestamp: opt(7, time),
    count: opt(8, int32, { description: 'How often it happened' }),
    type: opt(9, string, { description: 'Normal or Warning' }),
    eventTime: opt(10, microTime),
    series: ptr(11, EventSeries),
    action: opt(12, string),
    related: ptr(13, ObjectReference),
    reportingComponent: opt(14, string, { shown: 'zero' }),
    reportingInstance: opt(15, string, { shown: 'zero' }),
  },
  { description: 'Something that happened to an object' },
);
export interface Event extends Infer<typeof Event> {}

export const Events: ResourceDefinition<Event> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Event,
  shortNames: ['ev'],
  columns: eventColumns,
  selectableFields: eventFields,
  strategy: eventStrategy,
};
