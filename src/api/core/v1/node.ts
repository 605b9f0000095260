import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { Taint } from './affinity.ts';
import { nodeColumns } from './node-columns.ts';
import { nodeFields } from './node-fields.ts';
import { NodeConfigSource, NodeStatus } from './node-status.ts';
import { nodeStrategy, prepareNodeStatus } from './node-strategy.ts';
import { validateNodeStatus } from './node-validation.ts';

export const NodeSpec = message(
  'io.k8s.api.core.v1.NodeSpec',
  {
    podCIDR: opt(1, string, { description: "Range of its pods' addresses" }),
    podCIDRs: opt(7, list(string), { patchStrategy: 'merge', listType: 'set' }),
    providerID: opt(3, string, { description: 'How its provider calls it' }),
    unschedulable: opt(4, bool, { description: 'Whether new pods stay away' }),
    taints: opt(5, list(Taint), { description: 'What pods have to put up with to run here' }),
    configSource: ptr(6, NodeConfigSource),
    externalID: opt(2, string),
  },
  { description: 'What is wanted of a node' },
);
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const Node = message(
  'io.k8s.api.core.v1.Node',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, NodeSpec, { description: 'What is wanted' }),
    status: opt(3, NodeStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A machine that runs pods' },
);
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
    status: {
      group: '',
      version: 'v1',
      kind: 'Node',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      prepareForUpdate: prepareNodeStatus,
      validateUpdate: validateNodeStatus,
    },
  },
  columns: nodeColumns,
  selectableFields: nodeFields,
  strategy: nodeStrategy,
};
