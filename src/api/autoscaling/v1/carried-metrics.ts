import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { type Infer, int32, list, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';
import type { HorizontalPodAutoscaler as Stored } from '../v2/horizontal-pod-autoscaler.ts';
import { CrossVersionObjectReference } from '../v2/metric-spec.ts';

/** The metrics of v1, which stand in annotations: older forms of those of v2. */

const ObjectMetric = message('ObjectMetricSource', {
  target: req(1, CrossVersionObjectReference),
  metricName: req(2, string),
  targetValue: req(3, quantity),
  selector: ptr(4, LabelSelector),
  averageValue: ptr(5, quantity),
});
const PodsMetric = message('PodsMetricSource', {
  metricName: req(1, string),
  targetAverageValue: req(2, quantity),
  selector: ptr(3, LabelSelector),
});
const ResourceMetric = message('ResourceMetricSource', {
  name: req(1, string),
  targetAverageUtilization: ptr(2, int32),
  targetAverageValue: ptr(3, quantity),
});
const ContainerResourceMetric = message('ContainerResourceMetricSource', {
  name: req(1, string),
  targetAverageUtilization: ptr(2, int32),
  targetAverageValue: ptr(3, quantity),
  container: req(5, string),
});
const ExternalMetric = message('ExternalMetricSource', {
  metricName: req(1, string),
  metricSelector: ptr(2, LabelSelector),
  targetValue: ptr(3, quantity),
  targetAverageValue: ptr(4, quantity),
});

const OldMetric = message('MetricSpec', {
  type: req(1, string),
  object: ptr(2, ObjectMetric),
  pods: ptr(3, PodsMetric),
  resource: ptr(4, ResourceMetric),
  containerResource: ptr(7, ContainerResourceMetric),
  external: ptr(5, ExternalMetric),
});
type OldMetric = Infer<typeof OldMetric>;

/** What the annotation holds. */
export const OldMetrics = message('Metrics', { items: opt(1, list(OldMetric)) });

export type Metric = NonNullable<NonNullable<Stored['spec']>['metrics']>[number];

/** A metric of v1 as v2 has it, whose kind of target follows from what is there. */
export function metricFromOld({ type, object, pods, resource, containerResource, external }: OldMetric): Metric {
  return present({
    type,
    object:
      object &&
      present({
        describedObject: object.target,
        target: objectTarget(object),
        metric: present({ name: object.metricName, selector: object.selector }),
      }),
    pods:
      pods &&
      present({
        metric: present({ name: pods.metricName, selector: pods.selector }),
        target: { type: 'AverageValue', averageValue: pods.targetAverageValue },
      }),
    resource: resource && { name: resource.name, target: usageTarget(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      target: usageTarget(containerResource),
      container: containerResource.container,
    },
    external:
      external &&
      present({
        metric: present({ name: external.metricName, selector: external.metricSelector }),
        target: present({
          type: external.targetValue === undefined ? 'AverageValue' : 'Value',
          value: external.targetValue,
          averageValue: external.targetAverageValue,
        }),
      }),
  }) as Metric;
}

/** v1 cannot leave the value out: with an average beside it, 0 says nothing. */
const objectTarget = ({ targetValue, averageValue }: NonNullable<OldMetric['object']>) =>
  averageValue === undefined
    ? { type: 'Value', value: targetValue }
    : present({ type: 'AverageValue', value: targetValue === '0' ? undefined : targetValue, averageValue });

const usageTarget = ({ targetAverageUtilization, targetAverageValue }: NonNullable<OldMetric['resource']>) =>
  present({
    type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
    averageValue: targetAverageValue,
    averageUtilization: targetAverageUtilization,
  });

/** A metric of v2 in the words of v1. */
export function metricToOld({ type, object, pods, resource, containerResource, external }: Metric): object {
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...usageToOld(resource.target) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...usageToOld(containerResource.target),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  };
}

const usageToOld = ({ averageUtilization, averageValue }: NonNullable<Metric['resource']>['target']) => ({
  targetAverageUtilization: averageUtilization,
  targetAverageValue: averageValue,
});

/** Without the members that are undefined. */
export const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
