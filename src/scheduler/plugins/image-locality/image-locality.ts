import type { Pod } from '#api/core/v1/pod.ts';
import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { RecentClasses } from '../../framework/recent-classes.ts';
import { skip } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodClass } from '../../state/pod-class.ts';
import { ImageIndex } from './image-index.ts';

const NAME = 'ImageLocality';
const SKIP = skip(NAME);
const MEGABYTE = 1024 * 1024;
const LEAST = 23 * MEGABYTE;
const MOST_PER_CONTAINER = 1000 * MEGABYTE;

/** The scores of a class by slot, as long as no node gets or loses images; NaN where none was asked for. */
interface KnownScores {
  version: number;
  bySlot: Float64Array;
}

/** Prefers nodes that hold the pod's images already, larger images counting more. */
export function imageLocality({ state }: PluginContext): Plugin {
  const index = new ImageIndex(state);
  const classes = new RecentClasses<KnownScores>();
  /** An image that few nodes have counts less, so that not all pods run to one node. */
  const scaledSize = (image: string, node: NodeInfo, nodes: number) => {
    const size = index.sizeOn(image, node);
    return size === 0 ? 0 : Math.trunc(size * (index.holders(image) / nodes));
  };
  const scoreOf = ({ images, containers }: Wanted, slot: number): number => {
    const node = state.at(slot);
    const nodes = state.list().length;
    let sum = 0;
    if (node) for (const image of images) sum += scaledSize(image, node, nodes);
    const most = MOST_PER_CONTAINER * containers;
    const clamped = Math.min(Math.max(sum, LEAST), most);
    return Math.floor((MAX_NODE_SCORE * (clamped - LEAST)) / (most - LEAST));
  };
  const knownOf = (podClass: PodClass): Float64Array => {
    const known = classes.of(podClass, () => ({ version: -1, bySlot: new Float64Array(0) }));
    if (known?.version === index.version && known.bySlot.length >= state.slots) return known.bySlot;
    const bySlot = new Float64Array(state.slots).fill(Number.NaN);
    if (known) Object.assign(known, { version: index.version, bySlot });
    return bySlot;
  };
  return {
    name: NAME,
    preScore({ pod, data }) {
      const wanted = wantedBy(pod.class.pod);
      if (!wanted.images.some((image) => index.holders(image) > 0)) return SKIP;
      data.set(NAME, wanted);
      return undefined;
    },
    scoreAll({ pod, data }, slots, scores) {
      const wanted = data.get(NAME) as Wanted;
      const known = knownOf(pod.class);
      for (let each = 0; each < slots.length; each++) {
        const slot = slots[each] as number;
        let score = known[slot] as number;
        if (Number.isNaN(score)) known[slot] = score = scoreOf(wanted, slot);
        scores[each] = score;
      }
    },
  };
}

/** The images that a pod needs, also as volumes, and how many containers it has: the limit grows with these alone. */
interface Wanted {
  readonly images: readonly string[];
  readonly containers: number;
}

function wantedBy({ spec }: Pod): Wanted {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const volumes = (spec?.volumes ?? []).flatMap(({ image }) => (image ? [image.reference ?? ''] : []));
  const images = [...containers.map(({ image = '' }) => image), ...volumes].map(normalized);
  return { images, containers: containers.length };
}

/** An image without a tag is `latest`. */
const normalized = (image: string): string =>
  image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
