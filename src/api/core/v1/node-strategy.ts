import type { Strategy } from '#api/resource-definition.ts';
import { cidrWarnings } from '#machinery/names/ip-checks.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Node, NodeSpec } from './node.ts';
import { validateNodeAnnotations } from './node-annotations.ts';
import { validateNode, validateNodeUpdate } from './node-validation.ts';

export const nodeStrategy: Strategy<Node> = {
  validate: (node) => [...validateNodeAnnotations(node), ...validateNode(node)],
  validateUpdate: validateNodeUpdate,
  // What configured nodes from within the cluster is gone.
  prepareForCreate({ spec, status }) {
    delete spec?.configSource;
    delete status?.config;
  },
  prepareForUpdate({ spec }) {
    delete spec?.configSource;
  },
  warn: ({ spec = {} }) => [
    ...(spec.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(spec.podCIDRs ?? []).flatMap((network, position) => cidrWarnings(`spec.podCIDRs[${position}]`, network)),
  ],
  applyDefaults({ spec, status }) {
    if (spec) syncPodCidrs(spec);
    if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  },
};

/** The first range is also the range. */
function syncPodCidrs(spec: Mutable<NodeSpec>): void {
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  else if (!spec.podCIDR && spec.podCIDRs?.[0]) spec.podCIDR = spec.podCIDRs[0];
}

/** The same of what nodes say of it. */
export function prepareNodeStatus({ status }: Mutable<Node>): void {
  delete status?.config;
}
