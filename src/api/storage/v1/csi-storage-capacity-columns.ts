import { column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';

export const csiStorageCapacityColumns: readonly Column<CSIStorageCapacity>[] = [
  nameColumn,
  column('StorageClassName', 'Class of the room', ({ storageClassName }) => storageClassName),
  column('Capacity', 'How much room there is', ({ capacity }) => capacity ?? '<unset>'),
];
