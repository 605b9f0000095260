import { orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { CSIDriver } from './csi-driver.ts';

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  column('AttachRequired', 'Whether volumes are attached to nodes', ({ spec }) => spec.attachRequired ?? true, {
    type: 'boolean',
  }),
  column('PodInfoOnMount', 'Whether the driver is told of the pod', ({ spec }) => spec.podInfoOnMount ?? false, {
    type: 'boolean',
  }),
  column('StorageCapacity', 'Whether the driver reports free room', ({ spec }) => spec.storageCapacity ?? false, {
    type: 'boolean',
  }),
  column('TokenRequests', 'Audiences of the tokens it is given', ({ spec }) =>
    spec.tokenRequests?.length ? spec.tokenRequests.map(({ audience }) => audience).join(',') : '<unset>',
  ),
  column(
    'RequiresRepublish',
    'Whether volumes are published again and again',
    ({ spec }) => spec.requiresRepublish ?? false,
    {
      type: 'boolean',
    },
  ),
  column('Modes', 'Kinds of volumes it serves', ({ spec }) => orNone(spec.volumeLifecycleModes?.join(','))),
  ageColumn,
];
