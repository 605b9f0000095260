import type { Event as Stored } from '#api/core/v1/event.ts';
import { validateEvent } from '#api/core/v1/event-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import type { Event } from './event.ts';
import { eventStorage } from './event-conversion.ts';

export const eventStrategy: Strategy<Event> = {
  allowCreateOnUpdate: true,
  validate: (event) => validateEvent(eventStorage.toStorage(event) as Stored),
};
