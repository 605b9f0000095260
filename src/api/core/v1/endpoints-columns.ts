import { firstFew, hostPort, orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Endpoints } from './endpoints.ts';

const MOST = 3;

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  column('Endpoints', 'Addresses and ports that are ready', endpointsCell),
  ageColumn,
];

function endpointsCell({ subsets }: Endpoints): string {
  const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))),
  );
  return subsets?.length ? firstFew(all, MOST) : orNone('');
}
