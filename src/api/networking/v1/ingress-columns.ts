import { orNone } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Ingress } from './ingress.ts';

const MOST_HOSTS = 3;

export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  column('Class', 'Class whose controller serves it', ({ spec }) => orNone(spec?.ingressClassName)),
  column('Hosts', 'Hosts that it answers for', ({ spec }) => hostsCell(spec?.rules ?? [])),
  column('Address', 'Where it is reached', ({ status }) => {
    const given = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
    return [...new Set(given)].sort().join(',');
  }),
  column('Ports', 'Ports that it answers on', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
  ageColumn,
];

/** The first hosts, and how many rules there are besides: those without a host count once the list is full. */
function hostsCell(rules: readonly { readonly host?: string | undefined }[]): string {
  const shown: string[] = [];
  for (const { host } of rules) {
    if (shown.length === MOST_HOSTS) return `${shown.join(',')} + ${rules.length - MOST_HOSTS} more...`;
    if (host) shown.push(host);
  }
  return shown.join(',') || '*';
}
