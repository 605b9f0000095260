import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { NodeInfo } from '../../state/node-info.ts';

const MEGABYTE = 1024 * 1024;
const LEAST = 23 * MEGABYTE;
const MOST_PER_CONTAINER = 1000 * MEGABYTE;

/** Prefers nodes that hold the pod's images already, larger images counting more. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score({ pod, nodes }, node) {
    const containers = pod.pod.spec?.containers ?? [];
    const sum = containers.reduce((total, { image = '' }) => total + scaledSize(image, node, nodes), 0);
    const most = MOST_PER_CONTAINER * containers.length;
    const clamped = Math.min(Math.max(sum, LEAST), most);
    return most <= LEAST ? 0 : Math.floor((MAX_NODE_SCORE * (clamped - LEAST)) / (most - LEAST));
  },
};

/** An image that few nodes have counts less, so that not all pods run to one node. */
function scaledSize(image: string, node: NodeInfo, nodes: readonly NodeInfo[]): number {
  const size = sizeOn(image, node);
  if (size === 0) return 0;
  const holders = nodes.filter((each) => sizeOn(image, each) > 0).length;
  return Math.floor((size * holders) / nodes.length);
}

const sizeOn = (image: string, { node }: NodeInfo): number =>
  node.status?.images?.find((each) => each.names?.includes(image))?.sizeBytes ?? 0;
