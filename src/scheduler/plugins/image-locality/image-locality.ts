import type { Pod } from '#api/core/v1/pod.ts';
import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { ImageIndex } from './image-index.ts';

const NAME = 'ImageLocality';
const SKIP = skip(NAME);
const MEGABYTE = 1024 * 1024;
const LEAST = 23 * MEGABYTE;
const MOST_PER_CONTAINER = 1000 * MEGABYTE;

/** Prefers nodes that hold the pod's images already, larger images counting more. */
export function imageLocality({ state }: PluginContext): Plugin {
  const index = new ImageIndex(state);
  /** An image that few nodes have counts less, so that not all pods run to one node. */
  const scaledSize = (image: string, node: NodeInfo, nodes: number) => {
    const size = index.sizeOn(image, node);
    return size === 0 ? 0 : Math.trunc(size * (index.holders(image) / nodes));
  };
  return {
    name: NAME,
    preScore({ pod, data }) {
      const images = imagesOf(pod.class.pod);
      if (!images.some((image) => index.holders(image) > 0)) return SKIP;
      data.set(NAME, images);
      return undefined;
    },
    score({ data }, node) {
      const images = data.get(NAME) as readonly string[];
      const nodes = state.list().length;
      let sum = 0;
      for (const image of images) sum += scaledSize(image, node, nodes);
      const most = MOST_PER_CONTAINER * images.length;
      const clamped = Math.min(Math.max(sum, LEAST), most);
      return Math.floor((MAX_NODE_SCORE * (clamped - LEAST)) / (most - LEAST));
    },
  };
}

const imagesOf = ({ spec }: Pod): string[] =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ image = '' }) => normalized(image));

/** An image without a tag is `latest`. */
const normalized = (image: string): string =>
  image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
