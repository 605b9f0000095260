import { columnsThrough } from '#api/columns/columns.ts';
import type { Event as Stored } from '#api/core/v1/event.ts';
import { eventColumns as storedColumns } from '#api/core/v1/event-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Event } from './event.ts';
import { eventStorage } from './event-conversion.ts';

export const eventColumns: readonly Column<Event>[] = columnsThrough(
  (event) => eventStorage.toStorage(event) as Stored,
  storedColumns,
);
