import { checkText, immutable, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import type { Event } from './event.ts';

const ROOT = new FieldPath();
const MAX_TEXT = 128;
const MAX_NOTE = 1024;

/**
 * The rules of an event that a client of the core group writes: those with a time of their own are of the newer kind,
 * and say who reports them. `reporter` is the name that the client's version has for that.
 */
export function validateEvent(event: Event, reporter = 'reportingComponent'): FieldError[] {
  return event.eventTime ? validateReported(event, reporter) : validateNamespace(event);
}

/** An event stands beside what it is about; events of things without a namespace stand in the default one. */
function validateNamespace({ metadata, involvedObject }: Event): FieldError[] {
  const own = metadata?.namespace ?? '';
  const about = involvedObject.namespace ?? '';
  const fits = about === '' ? own === '' || own === 'default' : about === own;
  return fits ? [] : [namespaceMismatch(about)];
}

const namespaceMismatch = (about: string): FieldError =>
  invalid(ROOT.child('involvedObject', 'namespace'), about, 'does not match event.namespace');

function validateReported(event: Event, reporter: string): FieldError[] {
  const { metadata, involvedObject, reportingComponent = '', reportingInstance = '' } = event;
  const errors: FieldError[] = [];
  const namespace = metadata?.namespace ?? '';
  if (!involvedObject.namespace && namespace !== 'default' && namespace !== 'kube-system')
    errors.push(namespaceMismatch(''));
  const at = ROOT.child(reporter);
  append(errors, requireText(at, reportingComponent));
  append(errors, checkText(at, reportingComponent, isQualifiedName));
  for (const [name, text] of Object.entries({ reportingInstance, action: event.action, reason: event.reason }))
    append(errors, [...requireText(ROOT.child(name), text), ...checkLength(name, text, MAX_TEXT)]);
  return [...errors, ...checkLength('message', event.message, MAX_NOTE)];
}

const checkLength = (name: string, text: string | undefined, most: number): FieldError[] =>
  (text?.length ?? 0) > most ? [invalid(ROOT.child(name), '', `can have at most ${most} characters`)] : [];

/** The rules of a new event that a client of events.k8s.io writes. */
export function validateStrictEvent(event: Event): FieldError[] {
  const { type = '', source } = event;
  const errors = validateSeries(event);
  if (!event.eventTime) errors.push(required(ROOT.child('eventTime')));
  if (type !== 'Normal' && type !== 'Warning')
    errors.push(invalid(ROOT.child('type'), '', `has invalid value: ${type}`));
  const unset = (name: string, value: unknown) => {
    if (value) errors.push(invalid(ROOT.child(name), '', 'needs to be unset'));
  };
  unset('firstTimestamp', event.firstTimestamp);
  unset('lastTimestamp', event.lastTimestamp);
  unset('count', event.count);
  unset('source', source?.component || source?.host);
  return errors;
}

function validateSeries({ series }: Event): FieldError[] {
  if (series === undefined) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid(ROOT.child('series.count'), '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required(ROOT.child('series.lastObservedTime')));
  return errors;
}

/** What happened stays what it was: only the series goes on. */
export function validateStrictEventUpdate(event: Event, old: Event): FieldError[] {
  const seriesChanged = JSON.stringify(event.series) !== JSON.stringify(old.series);
  return [
    ...(seriesChanged ? validateSeries(event) : []),
    ...FIXED.flatMap((name) => immutable(ROOT.child(SHOWN[name] ?? name), event[name], old[name])),
  ];
}

const FIXED = [
  ...(['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'reason'] as const),
  ...(['type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance'] as const),
];
const SHOWN: Readonly<Record<string, string>> = { reportingComponent: 'reportingController' };
