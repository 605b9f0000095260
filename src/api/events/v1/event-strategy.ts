import type { Event as Stored } from '#api/core/v1/event.ts';
import { validateEvent, validateStrictEvent, validateStrictEventUpdate } from '#api/core/v1/event-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import type { Event } from './event.ts';
import { eventStorage } from './event-conversion.ts';

const stored = (event: Event) => eventStorage.toStorage(event) as Stored;

export const eventStrategy: Strategy<Event> = {
  allowCreateOnUpdate: true,
  garbageCollection: 'unsupported',
  validate: (event) => validateEvent(stored(event), 'reportingController'),
  validateCreate: (event) => validateStrictEvent(stored(event)),
  validateUpdate: (event, old) => validateStrictEventUpdate(stored(event), stored(old)),
};
