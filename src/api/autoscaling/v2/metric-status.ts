import { enumeration, type Infer, int32, message, ptr, quantity, req, string } from '#machinery/schema/schema.ts';
import { CrossVersionObjectReference, MetricIdentifier } from './metric-spec.ts';

export const MetricValueStatus = message('io.k8s.api.autoscaling.v2.MetricValueStatus', {
  value: ptr(1, quantity),
  averageValue: ptr(2, quantity),
  averageUtilization: ptr(3, int32),
});
export interface MetricValueStatus extends Infer<typeof MetricValueStatus> {}

export const ContainerResourceMetricStatus = message('io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus', {
  name: req(
    1,
    enumeration(
      'cpu',
      'memory',
      'storage',
      'ephemeral-storage',
      'pods',
      'services',
      'replicationcontrollers',
      'resourcequotas',
      'secrets',
      'configmaps',
      'persistentvolumeclaims',
      'services.nodeports',
      'services.loadbalancers',
      'requests.cpu',
      'requests.memory',
      'requests.storage',
      'requests.ephemeral-storage',
      'limits.cpu',
      'limits.memory',
      'limits.ephemeral-storage',
    ),
  ),
  current: req(2, MetricValueStatus),
  container: req(3, string),
});
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}

export const ExternalMetricStatus = message('io.k8s.api.autoscaling.v2.ExternalMetricStatus', {
  metric: req(1, MetricIdentifier),
  current: req(2, MetricValueStatus),
});
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}

export const ObjectMetricStatus = message('io.k8s.api.autoscaling.v2.ObjectMetricStatus', {
  metric: req(1, MetricIdentifier),
  current: req(2, MetricValueStatus),
  describedObject: req(3, CrossVersionObjectReference),
});
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}

export const PodsMetricStatus = message('io.k8s.api.autoscaling.v2.PodsMetricStatus', {
  metric: req(1, MetricIdentifier),
  current: req(2, MetricValueStatus),
});
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}

export const ResourceMetricStatus = message('io.k8s.api.autoscaling.v2.ResourceMetricStatus', {
  name: req(
    1,
    enumeration(
      'cpu',
      'memory',
      'storage',
      'ephemeral-storage',
      'pods',
      'services',
      'replicationcontrollers',
      'resourcequotas',
      'secrets',
      'configmaps',
      'persistentvolumeclaims',
      'services.nodeports',
      'services.loadbalancers',
      'requests.cpu',
      'requests.memory',
      'requests.storage',
      'requests.ephemeral-storage',
      'limits.cpu',
      'limits.memory',
      'limits.ephemeral-storage',
    ),
  ),
  current: req(2, MetricValueStatus),
});
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}

export const MetricStatus = message('io.k8s.api.autoscaling.v2.MetricStatus', {
  type: req(1, enumeration('Object', 'Pods', 'Resource', 'ContainerResource', 'External')),
  object: ptr(2, ObjectMetricStatus),
  pods: ptr(3, PodsMetricStatus),
  resource: ptr(4, ResourceMetricStatus),
  containerResource: ptr(7, ContainerResourceMetricStatus),
  external: ptr(5, ExternalMetricStatus),
});
export interface MetricStatus extends Infer<typeof MetricStatus> {}
