import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { type Infer, int32, list, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';
import type { HorizontalPodAutoscaler as Stored } from '../v2/horizontal-pod-autoscaler.ts';
import { CrossVersionObjectReference } from '../v2/metric-spec.ts';
import { present } from './carried-metrics.ts';

/** What was measured, in the older forms that v1 carries in an annotation. */

const ObjectMetricStatus = message('ObjectMetricStatus', {
  target: req(1, CrossVersionObjectReference),
  metricName: req(2, string),
  currentValue: req(3, quantity),
  selector: ptr(4, LabelSelector),
  averageValue: ptr(5, quantity),
});
const PodsMetricStatus = message('PodsMetricStatus', {
  metricName: req(1, string),
  currentAverageValue: req(2, quantity),
  selector: ptr(3, LabelSelector),
});
const ResourceMetricStatus = message('ResourceMetricStatus', {
  name: req(1, string),
  currentAverageUtilization: ptr(2, int32),
  currentAverageValue: req(3, quantity),
});
const ContainerResourceMetricStatus = message('ContainerResourceMetricStatus', {
  name: req(1, string),
  currentAverageUtilization: ptr(2, int32),
  currentAverageValue: req(3, quantity),
  container: req(4, string),
});
const ExternalMetricStatus = message('ExternalMetricStatus', {
  metricName: req(1, string),
  metricSelector: ptr(2, LabelSelector),
  currentValue: req(3, quantity),
  currentAverageValue: ptr(4, quantity),
});

const OldStatus = message('MetricStatus', {
  type: req(1, string),
  object: ptr(2, ObjectMetricStatus),
  pods: ptr(3, PodsMetricStatus),
  resource: ptr(4, ResourceMetricStatus),
  containerResource: ptr(7, ContainerResourceMetricStatus),
  external: ptr(5, ExternalMetricStatus),
});
type OldStatus = Infer<typeof OldStatus>;

/** What the annotation holds. */
export const OldStatuses = message('MetricStatuses', { items: opt(1, list(OldStatus)) });

export type MetricStatus = NonNullable<NonNullable<Stored['status']>['currentMetrics']>[number];

/** What was measured as v2 has it. */
export function statusFromOld(status: OldStatus): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = status;
  return present({
    type,
    object: object && {
      metric: present({ name: object.metricName, selector: object.selector }),
      current: present({ value: object.currentValue, averageValue: object.averageValue }),
      describedObject: object.target,
    },
    pods: pods && {
      metric: present({ name: pods.metricName, selector: pods.selector }),
      current: { averageValue: pods.currentAverageValue },
    },
    resource: resource && { name: resource.name, current: usage(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      current: usage(containerResource),
      container: containerResource.container,
    },
    external: external && {
      metric: present({ name: external.metricName, selector: external.metricSelector }),
      current: present({ value: external.currentValue, averageValue: external.currentAverageValue }),
    },
  }) as MetricStatus;
}

const usage = ({ currentAverageUtilization, currentAverageValue }: NonNullable<OldStatus['resource']>) =>
  present({ averageValue: currentAverageValue, averageUtilization: currentAverageUtilization });

/** What was measured in the words of v1, which cannot leave values out. */
export function statusToOld(status: MetricStatus): object {
  const { type, object, pods, resource, containerResource, external } = status;
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...usageToOld(resource.current) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...usageToOld(containerResource.current),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? '0',
      currentAverageValue: external.current.averageValue,
    },
  };
}

const usageToOld = ({ averageUtilization, averageValue }: NonNullable<MetricStatus['resource']>['current']) => ({
  currentAverageUtilization: averageUtilization,
  currentAverageValue: averageValue ?? '0',
});
