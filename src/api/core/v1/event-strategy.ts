import type { Strategy } from '#api/resource-definition.ts';
import type { Event } from './event.ts';
import { validateEvent } from './event-validation.ts';

export const eventStrategy: Strategy<Event> = {
  validate: validateEvent,
  allowCreateOnUpdate: true,
  garbageCollection: 'unsupported',
};
