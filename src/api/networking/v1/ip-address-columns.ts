import { NONE } from '#api/columns/cells.ts';
import { column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { IPAddress } from './ip-address.ts';

/** Upstream has their age in no column. */
export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn,
  column('ParentRef', 'What the address belongs to', ({ spec }) => {
    const parent = spec?.parentRef;
    if (!parent) return NONE;
    const resource = parent.group ? `${parent.resource}.${parent.group}` : (parent.resource ?? '');
    return [resource.toLowerCase(), ...(parent.namespace ? [parent.namespace] : []), parent.name].join('/');
  }),
];
