import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ResourceClaim } from './resource-claim.ts';

export const resourceClaimColumns: readonly Column<ResourceClaim>[] = [
  nameColumn,
  column('State', 'Whether it is pending, allocated, reserved or deleted', stateCell),
  ageColumn,
];

function stateCell({ metadata, status }: ResourceClaim): string {
  const states = metadata?.deletionTimestamp ? ['deleted'] : [];
  if (status?.allocation) states.push('allocated', ...(status.reservedFor?.length ? ['reserved'] : []));
  else if (states.length === 0) states.push('pending');
  return states.join(',');
}
