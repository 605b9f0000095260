import {
  HorizontalPodAutoscalers,
  type HorizontalPodAutoscaler as Stored,
} from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import type { StorageVersion } from '#api/resource-definition.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';

/** Where v1, which knows only the CPU target, carries what else v2 has. */
const CARRIED = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

/** What v1 aims at when it names no target, in percent of what pods request. */
const DEFAULT_UTILIZATION = 80;

type Metric = NonNullable<NonNullable<Stored['spec']>['metrics']>[number];
type Carried = Partial<Record<keyof typeof CARRIED, unknown>>;

/** autoscaling/v1 is stored as autoscaling/v2. */
export const horizontalPodAutoscalerStorage: StorageVersion<HorizontalPodAutoscaler> = {
  definition: () => HorizontalPodAutoscalers,
  toStorage(object) {
    const { metadata, carried } = unload(object.metadata);
    const { targetCPUUtilizationPercentage: target, ...spec } = object.spec ?? {
      scaleTargetRef: { kind: '', name: '' },
      maxReplicas: 0,
    };
    const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? {
      currentReplicas: 0,
      desiredReplicas: 0,
    };
    const others = (carried.metrics ?? []) as readonly Metric[];
    const given = target === undefined ? others : [cpuMetric(target), ...others];
    const metrics = given.length > 0 ? given : [cpuMetric(DEFAULT_UTILIZATION)];
    const currentMetrics = [
      ...(current === undefined
        ? []
        : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }]),
      ...((carried.currentMetrics ?? []) as object[]),
    ];
    return {
      ...object,
      apiVersion: 'autoscaling/v2',
      metadata,
      spec: {
        ...spec,
        metrics,
        ...(carried.behavior ? { behavior: carried.behavior } : {}),
      },
      status: {
        ...status,
        ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
        ...(carried.conditions ? { conditions: carried.conditions } : {}),
      },
    } as Stored;
  },
  fromStorage(stored) {
    const object = stored as Stored;
    const {
      metrics = [],
      behavior,
      ...spec
    } = object.spec ?? { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 0 };
    const { currentMetrics = [], conditions, ...status } = object.status ?? { desiredReplicas: 0 };
    const cpu = metrics.find(isCpu);
    const current = currentMetrics?.find((each) => each.type === 'Resource' && each.resource?.name === 'cpu');
    const target = cpu?.resource?.target.averageUtilization;
    const utilization = current?.resource?.current.averageUtilization;
    const metadata = load(object.metadata, {
      metrics: rest(metrics, cpu),
      currentMetrics: rest(currentMetrics ?? [], utilization === undefined ? undefined : current),
      conditions: conditions?.length ? conditions : undefined,
      behavior,
    });
    return {
      ...object,
      apiVersion: 'autoscaling/v1',
      metadata,
      spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
      status: {
        currentReplicas: 0,
        ...status,
        ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
      },
    } as HorizontalPodAutoscaler;
  },
};

const cpuMetric = (averageUtilization: number): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const isCpu = (metric: Metric): boolean =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target.averageUtilization !== undefined;

const rest = <T>(all: readonly T[], taken: T | undefined) => {
  const others = all.filter((each) => each !== taken);
  return others.length > 0 ? others : undefined;
};

function load(metadata: Stored['metadata'], carried: Carried): Stored['metadata'] {
  const entries = Object.entries(carried).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return metadata;
  const texts = entries.map(([name, value]) => [CARRIED[name as keyof typeof CARRIED], JSON.stringify(value)]);
  return { ...metadata, annotations: { ...metadata?.annotations, ...Object.fromEntries(texts) } };
}

function unload(metadata: Stored['metadata']): { readonly metadata: Stored['metadata']; readonly carried: Carried } {
  const annotations = { ...metadata?.annotations };
  const carried: Carried = {};
  for (const [name, key] of Object.entries(CARRIED)) {
    const text = annotations[key];
    if (text === undefined) continue;
    try {
      carried[name as keyof typeof CARRIED] = JSON.parse(text);
      delete annotations[key];
    } catch (error) {
      // Somebody else's text under our key stays what it is: an annotation.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const { annotations: _, ...others } = metadata ?? {};
  return { metadata: Object.keys(annotations).length > 0 ? { ...others, annotations } : others, carried };
}
