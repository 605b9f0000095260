import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import {
  duration,
  type Infer,
  list,
  map,
  message,
  opt,
  quantity,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { nodeMetricsColumns, podMetricsColumns } from './metrics-columns.ts';

export const ContainerMetrics = message('io.k8s.metrics.pkg.apis.metrics.v1beta1.ContainerMetrics', {
  name: req(1, string),
  usage: req(2, map(quantity)),
});
export interface ContainerMetrics extends Infer<typeof ContainerMetrics> {}

export const NodeMetrics = message('io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  timestamp: req(2, time),
  window: req(3, duration),
  usage: req(4, map(quantity)),
});
export interface NodeMetrics extends Infer<typeof NodeMetrics> {}

export const PodMetrics = message('io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  timestamp: req(2, time),
  window: req(3, duration),
  containers: req(4, list(ContainerMetrics)),
});
export interface PodMetrics extends Infer<typeof PodMetrics> {}

const METRICS = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  singular: '',
  verbs: ['get', 'list'],
  strategy: {},
} as const;

/** What nodes use; computed, never stored. */
export const NodeMetricsResource: ResourceDefinition<NodeMetrics> = {
  ...METRICS,
  kind: 'NodeMetrics',
  plural: 'nodes',
  namespaced: false,
  schema: NodeMetrics,
  columns: nodeMetricsColumns,
};

/** What pods use; computed, never stored. */
export const PodMetricsResource: ResourceDefinition<PodMetrics> = {
  ...METRICS,
  kind: 'PodMetrics',
  plural: 'pods',
  namespaced: true,
  schema: PodMetrics,
  columns: podMetricsColumns,
};
