import {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalers,
  type HorizontalPodAutoscaler as Stored,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { StorageVersion } from '#api/resource-definition.ts';
import { table } from '#base/table.ts';
import { DecodeError } from '#machinery/codec/decode-error.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { list, message, opt } from '#machinery/schema/schema.ts';
import { type Metric, metricFromOld, metricToOld, OldMetrics, present } from './carried-metrics.ts';
import { type MetricStatus, OldStatuses, statusFromOld, statusToOld } from './carried-statuses.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';

const DOMAIN = 'autoscaling.alpha.kubernetes.io/';
/** Where v1, which knows only the CPU target, carries what else v2 has. */
const METRICS = `${DOMAIN}metrics`;
const CURRENT_METRICS = `${DOMAIN}current-metrics`;
const BEHAVIOR = `${DOMAIN}behavior`;
const CONDITIONS = `${DOMAIN}conditions`;
/** All that stands for something else, and never comes through as an annotation. */
const CARRIED = [
  METRICS,
  CURRENT_METRICS,
  BEHAVIOR,
  CONDITIONS,
  `${DOMAIN}scale-down-tolerance`,
  `${DOMAIN}scale-up-tolerance`,
];

/** What v1 aims at when it names no target, in percent of what pods request. */
const DEFAULT_UTILIZATION = 80;

const Conditions = message('Conditions', { items: opt(1, list(HorizontalPodAutoscalerCondition)) });

/** autoscaling/v1 is stored as autoscaling/v2. */
export const horizontalPodAutoscalerStorage: StorageVersion<HorizontalPodAutoscaler> = {
  definition: () => HorizontalPodAutoscalers,
  toStorage(object) {
    const annotations = object.metadata?.annotations ?? {};
    const { targetCPUUtilizationPercentage: target, ...spec } = object.spec ?? EMPTY_SPEC;
    const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? EMPTY_STATUS;
    const metrics = [
      ...(readItems(annotations[METRICS], (items) => decodeValue({ items }, OldMetrics).object) ?? []).map(
        metricFromOld,
      ),
      ...(target === undefined ? [] : [cpuMetric(target)]),
    ];
    const currentMetrics =
      readItems(annotations[CURRENT_METRICS], (items) => decodeValue({ items }, OldStatuses).object)?.map(
        statusFromOld,
      ) ?? (current === undefined ? undefined : [cpuStatus(current)]);
    return {
      ...object,
      apiVersion: 'autoscaling/v2',
      metadata: withoutCarried(object.metadata),
      spec: present({
        ...spec,
        metrics: metrics.length > 0 ? metrics : [cpuMetric(DEFAULT_UTILIZATION)],
        behavior: readBehavior(annotations[BEHAVIOR]),
      }),
      status: present({
        ...status,
        currentMetrics,
        conditions: readItems(annotations[CONDITIONS], (items) => decodeValue({ items }, Conditions).object),
      }),
    } as Stored;
  },
  fromStorage(stored) {
    const object = stored as Stored;
    const { metrics = [], behavior, ...spec } = object.spec ?? EMPTY_SPEC;
    const { currentMetrics, conditions, ...status } = object.status ?? { desiredReplicas: 0 };
    const others = metrics.filter((metric) => !isCpu(metric));
    const metadata = withCarried(withoutCarried(object.metadata), {
      [METRICS]: others.length > 0 ? others.map(metricToOld) : undefined,
      // All of them, CPU too: v1 says of it only how much is used, not of what.
      [CURRENT_METRICS]: currentMetrics?.length ? currentMetrics.map(statusToOld) : undefined,
      [BEHAVIOR]: behavior && internalForm(behavior, HorizontalPodAutoscalerBehavior),
      [CONDITIONS]: conditions?.length
        ? conditions.map(({ type, status: is, lastTransitionTime = null, reason, message: text }) => ({
            ...{ type, status: is, lastTransitionTime, reason, message: text },
          }))
        : undefined,
    });
    return {
      ...object,
      apiVersion: 'autoscaling/v1',
      metadata,
      spec: present({
        ...spec,
        targetCPUUtilizationPercentage: metrics.find(isCpu)?.resource?.target.averageUtilization,
      }),
      status: present({
        currentReplicas: 0,
        ...status,
        currentCPUUtilizationPercentage: (currentMetrics ?? [])
          .map(utilizationIn)
          .findLast((each) => each !== undefined),
      }),
    } as HorizontalPodAutoscaler;
  },
};

const EMPTY_SPEC = { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 } as NonNullable<
  HorizontalPodAutoscaler['spec']
> &
  NonNullable<Stored['spec']>;
const EMPTY_STATUS: NonNullable<HorizontalPodAutoscaler['status']> = { currentReplicas: 0, desiredReplicas: 0 };

const cpuMetric = (averageUtilization: number): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const cpuStatus = (averageUtilization: number): MetricStatus => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
});

const isCpu = (metric: Metric): boolean =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target.averageUtilization !== undefined;

const utilizationIn = ({ type, resource }: MetricStatus): number | undefined =>
  type === 'Resource' && resource?.name === 'cpu' ? resource.current.averageUtilization : undefined;

/** What an annotation lists, or undefined where it does not hold what it should. */
function readItems<T>(
  text: string | undefined,
  decode: (items: unknown) => { readonly items?: readonly T[] | undefined },
): readonly T[] | undefined {
  const list = read(text, decode);
  return list && (list.items ?? []);
}

/** Upstream writes the behavior with the names that Go gives its fields, and reads them however they are spelled. */
function readBehavior(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const behavior = read(text, (value) => decodeValue(spelled(value), HorizontalPodAutoscalerBehavior).object);
  return behavior?.scaleUp || behavior?.scaleDown ? (behavior as HorizontalPodAutoscalerBehavior) : undefined;
}

const SPELLINGS = table<string>(
  Object.fromEntries(
    [
      ...['scaleUp', 'scaleDown', 'stabilizationWindowSeconds', 'selectPolicy', 'policies', 'tolerance'],
      ...['type', 'value', 'periodSeconds'],
    ].map((name) => [name.toLowerCase(), name]),
  ),
);

function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [SPELLINGS[key.toLowerCase()] ?? key, spelled(part)]),
  );
}

function read<T>(text: string | undefined, decode: (value: unknown) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return decode(JSON.parse(text));
  } catch (error) {
    // Whoever wrote it meant something else: it says nothing.
    if (error instanceof SyntaxError || error instanceof DecodeError) return undefined;
    throw error;
  }
}

function withoutCarried(metadata: Stored['metadata']): Stored['metadata'] {
  const { annotations, ...others } = metadata ?? {};
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !CARRIED.includes(key));
  return kept.length > 0 ? { ...metadata, annotations: Object.fromEntries(kept) } : others;
}

function withCarried(metadata: Stored['metadata'], carried: Readonly<Record<string, unknown>>): Stored['metadata'] {
  const texts = Object.entries(carried).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, JSON.stringify(value)]],
  );
  return texts.length > 0
    ? { ...metadata, annotations: { ...metadata?.annotations, ...Object.fromEntries(texts) } }
    : metadata;
}
