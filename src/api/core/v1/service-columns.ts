import { labelsCell, orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Service } from './service.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  column('Type', 'How the service is reached', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', 'Address inside the cluster', ({ spec }) => orNone(spec?.clusterIP)),
  column('External-IP', 'Addresses outside the cluster', externalAddresses),
  column('Port(s)', 'Ports, and the ports of nodes that lead to them', ({ spec }) =>
    orNone(
      (spec?.ports ?? [])
        .map(({ port, nodePort, protocol }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`)
        .join(','),
    ),
  ),
  ageColumn,
  column('Selector', 'Labels of the pods that answer', ({ spec }) => labelsCell(spec?.selector), { wide: true }),
];

function externalAddresses({ spec, status }: Service): string {
  const fixed = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(fixed.join(','));
    case 'LoadBalancer': {
      const given = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
      return [...[...new Set(given)].sort(), ...fixed].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}
