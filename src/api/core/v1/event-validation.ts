import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import type { Event } from './event.ts';

/** An event stands beside what it is about; events of things without a namespace stand in the default one. */
export function validateEvent({ metadata, involvedObject }: Event): FieldError[] {
  const field = new FieldPath('involvedObject').child('namespace');
  const own = metadata?.namespace ?? '';
  const about = involvedObject.namespace ?? '';
  const fits = about === '' ? own === '' || own === 'default' : about === own;
  return fits ? [] : [invalid(field, about, 'does not match event.namespace')];
}
