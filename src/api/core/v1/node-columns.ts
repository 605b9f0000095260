import { orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Node } from './node.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  column('Status', 'Whether the node is ready, and takes new pods', statusCell),
  column('Roles', 'What the node is there for', rolesCell),
  ageColumn,
  column('Version', 'Version of its kubelet', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column('Internal-IP', 'Address inside the cluster', (node) => addressCell(node, 'InternalIP'), { wide: true }),
  column('External-IP', 'Address outside the cluster', (node) => addressCell(node, 'ExternalIP'), { wide: true }),
  column('OS-Image', 'Operating system', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', { wide: true }),
  column('Kernel-Version', 'Version of its kernel', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>', {
    wide: true,
  }),
  column(
    'Container-Runtime',
    'What runs its containers',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
    { wide: true },
  ),
];

function statusCell({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function rolesCell({ metadata }: Node): string {
  const roles = Object.entries(metadata?.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return key.slice(ROLE_PREFIX.length) || [];
    return key === ROLE_LABEL && value !== '' ? value : [];
  });
  return orNone([...new Set(roles)].sort().join(','));
}

const addressCell = ({ status }: Node, wanted: string): string =>
  orNone(status?.addresses?.find(({ type }) => type === wanted)?.address);
