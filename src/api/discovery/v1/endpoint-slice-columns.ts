import { firstFew } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { EndpointSlice } from './endpoint-slice.ts';

const MOST = 3;
const UNSET = '<unset>';

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  column('AddressType', 'Kind of its addresses', ({ addressType }) => addressType),
  column('Ports', 'Ports of every endpoint', ({ ports = [] }) =>
    listCell(ports.map(({ port, name }) => (port === undefined ? (name ?? '*') : String(port)))),
  ),
  column('Endpoints', 'Addresses', ({ endpoints = [] }) =>
    listCell(endpoints.flatMap(({ addresses }) => addresses ?? [])),
  ),
  ageColumn,
];

const listCell = (items: readonly string[]): string => firstFew(items, MOST) || UNSET;
