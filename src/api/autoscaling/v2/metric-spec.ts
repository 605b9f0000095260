import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { enumeration, type Infer, int32, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';

export const MetricTarget = message('io.k8s.api.autoscaling.v2.MetricTarget', {
  type: req(1, enumeration('Utilization', 'Value', 'AverageValue')),
  value: ptr(2, quantity),
  averageValue: ptr(3, quantity),
  averageUtilization: ptr(4, int32),
});
export interface MetricTarget extends Infer<typeof MetricTarget> {}

export const ContainerResourceMetricSource = message('io.k8s.api.autoscaling.v2.ContainerResourceMetricSource', {
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
  target: req(2, MetricTarget),
  container: req(3, string),
});
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}

export const CrossVersionObjectReference = message('io.k8s.api.autoscaling.v2.CrossVersionObjectReference', {
  kind: req(1, string),
  name: req(2, string),
  apiVersion: opt(3, string),
});
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const MetricIdentifier = message('io.k8s.api.autoscaling.v2.MetricIdentifier', {
  name: req(1, string),
  selector: ptr(2, LabelSelector),
});
export interface MetricIdentifier extends Infer<typeof MetricIdentifier> {}

export const ExternalMetricSource = message('io.k8s.api.autoscaling.v2.ExternalMetricSource', {
  metric: req(1, MetricIdentifier),
  target: req(2, MetricTarget),
});
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}

export const ObjectMetricSource = message('io.k8s.api.autoscaling.v2.ObjectMetricSource', {
  describedObject: req(1, CrossVersionObjectReference),
  target: req(2, MetricTarget),
  metric: req(3, MetricIdentifier),
});
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}

export const PodsMetricSource = message('io.k8s.api.autoscaling.v2.PodsMetricSource', {
  metric: req(1, MetricIdentifier),
  target: req(2, MetricTarget),
});
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}

export const ResourceMetricSource = message('io.k8s.api.autoscaling.v2.ResourceMetricSource', {
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
  target: req(2, MetricTarget),
});
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}

export const MetricSpec = message('io.k8s.api.autoscaling.v2.MetricSpec', {
  type: req(1, enumeration('Object', 'Pods', 'Resource', 'ContainerResource', 'External')),
  object: ptr(2, ObjectMetricSource),
  pods: ptr(3, PodsMetricSource),
  resource: ptr(4, ResourceMetricSource),
  containerResource: ptr(7, ContainerResourceMetricSource),
  external: ptr(5, ExternalMetricSource),
});
export interface MetricSpec extends Infer<typeof MetricSpec> {}
