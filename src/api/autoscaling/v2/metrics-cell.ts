import { NONE } from '#api/columns/cells.ts';
import type { MetricSpec, MetricTarget } from './metric-spec.ts';
import type { MetricStatus, MetricValueStatus } from './metric-status.ts';

const MOST = 2;
const UNKNOWN = '<unknown>';

/** Metrics as tables show them: `cpu: 12%/80%, 3/5 (avg)`. */
export function metricsCell(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return NONE;
  const all = specs.map((spec, index) => metricText(spec, statuses[index]));
  const shown = all.slice(0, MOST).join(', ');
  return all.length > MOST ? `${shown} + ${all.length - MOST} more...` : shown;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'Resource':
      return `${spec.resource?.name}: ${usage(spec.resource?.target, status?.resource?.current)}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name}: ${usage(spec.containerResource?.target, status?.containerResource?.current)}`;
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${spec.pods?.target.averageValue}`;
    case 'Object':
      return valueOrAverage(spec.object?.target, status?.object?.current);
    case 'External':
      return valueOrAverage(spec.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

function usage(target: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const wanted = target?.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`}/${wanted}`;
}

const valueOrAverage = (target: MetricTarget | undefined, current: MetricValueStatus | undefined): string =>
  target?.averageValue === undefined
    ? `${current?.value ?? UNKNOWN}/${target?.value}`
    : `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
