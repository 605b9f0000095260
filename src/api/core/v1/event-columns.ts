import { ageSince } from '#api/columns/age.ts';
import { column } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Event } from './event.ts';

export const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'Time since it last happened', lastSeen),
  column('Type', 'Normal or Warning', ({ type }) => type ?? ''),
  column('Reason', 'What happened, in a word', ({ reason }) => reason ?? ''),
  column('Object', 'What it happened to', ({ involvedObject: { kind, name } }) =>
    name ? `${(kind ?? '').toLowerCase()}/${name}` : (kind ?? '').toLowerCase(),
  ),
  column('Subobject', 'Part of the object', ({ involvedObject }) => involvedObject.fieldPath ?? '', { wide: true }),
  column('Source', 'Who says so', sourceCell, { wide: true }),
  column('Message', 'What happened', ({ message }) => (message ?? '').trim()),
  column('First Seen', 'Time since it first happened', firstSeen, { wide: true }),
  column('Count', 'How often it happened', ({ series, count }) => (series ? (series.count ?? 0) : count || 1), {
    wide: true,
  }),
  column('Name', 'Name of the event', ({ metadata }) => metadata?.name ?? '', { format: 'name', wide: true }),
];

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return ageSince(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return ageSince(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageSince(event.lastTimestamp, now) : firstSeen(event, now);
}

function sourceCell({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}
