import { firstFew } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { EndpointSlice } from './endpoint-slice.ts';

const MOST = 3;
const UNSET = '<unset>';

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  column('AddressType', 'Kind of its addresses', ({ addressType }) => addressType),
  column('Ports', 'Ports of every endpoint', ({ ports }) =>
    ports?.length
      ? firstFew(
          ports.map(({ port }) => (port === undefined ? '*' : String(port))),
          MOST,
        )
      : UNSET,
  ),
  column('Endpoints', 'Addresses', ({ endpoints }) =>
    endpoints?.length
      ? firstFew(
          endpoints.flatMap(({ addresses }) => addresses ?? []),
          MOST,
        )
      : UNSET,
  ),
  ageColumn,
];
