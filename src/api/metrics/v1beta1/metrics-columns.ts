import { column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { Quantity } from '#machinery/quantity/quantity.ts';
import type { NodeMetrics, PodMetrics } from './metrics.ts';

type Usage = Readonly<Record<string, string>>;

const columnsOf = <T extends { readonly window?: string | undefined }>(usages: (object: T) => readonly Usage[]) => {
  const total = (object: T, resource: string) =>
    usages(object).reduce((sum, usage) => sum + parseQuantity(usage[resource] ?? '0').milliValue(), 0);
  return [
    column<T>('CPU', 'Processors in use', (object) => String(Quantity.ofMilli(total(object, 'cpu')))),
    column<T>('Memory', 'Memory in use', (object) =>
      String(Quantity.of(Math.ceil(total(object, 'memory') / 1000), 'BinarySI')),
    ),
    column<T>('Window', 'Time over which it was measured', ({ window }) => window ?? ''),
  ];
};

export const nodeMetricsColumns: readonly Column<NodeMetrics>[] = [
  nameColumn,
  ...columnsOf<NodeMetrics>(({ usage }) => [usage ?? {}]),
];

export const podMetricsColumns: readonly Column<PodMetrics>[] = [
  nameColumn,
  ...columnsOf<PodMetrics>(({ containers = [] }) => containers.map(({ usage }) => usage ?? {})),
];
