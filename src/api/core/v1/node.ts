import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { Taint } from './affinity.ts';
import { nodeColumns } from './node-columns.ts';
import { nodeFields } from './node-fields.ts';
import { NodeConfigSource, NodeStatus } from './node-status.ts';
import { nodeStrategy } from './node-strategy.ts';

export const NodeSpec = message('io.k8s.api.core.v1.NodeSpec', {
  podCIDR: opt(1, string),
  podCIDRs: opt(7, list(string), { patchStrategy: 'merge', listType: 'set' }),
  providerID: opt(3, string),
  unschedulable: opt(4, bool),
  taints: opt(5, list(Taint)),
  configSource: ptr(6, NodeConfigSource),
  externalID: opt(2, string),
});
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const Node = message('io.k8s.api.core.v1.Node', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, NodeSpec),
  status: opt(3, NodeStatus),
});
export interface Node extends Infer<typeof Node> {}

export const Nodes: ResourceDefinition<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: Node,
  shortNames: ['no'],
  subresources: {
    proxy: { group: '', version: 'v1', kind: 'NodeProxyOptions', verbs: [], type: 'connect' },
    status: { group: '', version: 'v1', kind: 'Node', verbs: ['get', 'patch', 'update'], type: 'status' },
  },
  columns: nodeColumns,
  selectableFields: nodeFields,
  strategy: nodeStrategy,
};
