import type { Strategy } from '#api/resource-definition.ts';
import type { Event } from './event.ts';

export const eventStrategy: Strategy<Event> = { allowCreateOnUpdate: true };
