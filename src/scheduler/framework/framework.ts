import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Cycle, Plugin } from './plugin.ts';
import type { Status } from './status.ts';

/** Nodes that fit, or why there are none. */
export type FilterOutcome =
  | { readonly fits: true; readonly nodes: readonly NodeInfo[] }
  | { readonly fits: false; readonly diagnosis: Diagnosis };

/** Why a pod fits nowhere. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** One verdict a refused node. */
  readonly verdicts: readonly Status[];
  /** A verdict on the pod as such, before any node was looked at. */
  readonly podVerdict?: Status;
  /** Plugins that refused it. */
  readonly plugins: ReadonlySet<string>;
}

/** Runs the extension points of one profile's plugins, in order. */
export class Framework {
  readonly #plugins: readonly Plugin[];

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = plugins;
  }

  order(a: PodInfo, b: PodInfo): number {
    return this.#plugins.find((plugin) => plugin.queueSort)?.queueSort?.(a, b) ?? 0;
  }

  /** The first verdict that keeps a pod out of the queue. */
  preEnqueue(pod: PodInfo): Status | undefined {
    for (const plugin of this.#plugins) {
      const status = plugin.preEnqueue?.(pod);
      if (status) return status;
    }
    return undefined;
  }

  pluginsOf(event: ClusterEvent): ReadonlySet<string> {
    return new Set(this.#plugins.filter((plugin) => plugin.events?.includes(event)).map((plugin) => plugin.name));
  }

  /** Every node that all filters accept. */
  filter(cycle: Cycle): FilterOutcome {
    const { nodes } = cycle;
    const active: Plugin[] = [];
    let candidates = nodes;
    for (const plugin of this.#plugins) {
      const result = plugin.preFilter?.(cycle);
      if (result && 'code' in result && result.code !== 'Skip') return refusedPod(nodes.length, result);
      if (result && 'nodeNames' in result) candidates = candidates.filter((node) => result.nodeNames.has(node.name));
      if (plugin.filter && !(result && 'code' in result)) active.push(plugin);
    }
    const fitting: NodeInfo[] = [];
    const verdicts: Status[] = [];
    for (const node of candidates) {
      const verdict = firstVerdict(active, cycle, node);
      if (verdict === undefined) fitting.push(node);
      else verdicts.push(verdict);
    }
    if (fitting.length > 0) return { fits: true, nodes: fitting };
    const plugins = new Set(verdicts.map((verdict) => verdict.plugin));
    return { fits: false, diagnosis: { nodeCount: nodes.length, verdicts, plugins } };
  }

  /** The sum of weighted scores of each node, in the order of `nodes`. */
  score(cycle: Cycle, nodes: readonly NodeInfo[]): Float64Array {
    const totals = new Float64Array(nodes.length);
    const scores = new Float64Array(nodes.length);
    for (const plugin of this.#plugins) {
      if (!plugin.score || plugin.preScore?.(cycle, nodes)?.code === 'Skip') continue;
      for (const [index, node] of nodes.entries()) scores[index] = plugin.score(cycle, node);
      plugin.normalize?.(cycle, scores);
      const weight = plugin.weight ?? 1;
      for (let index = 0; index < totals.length; index++) {
        totals[index] = (totals[index] as number) + weight * (scores[index] as number);
      }
    }
    return totals;
  }

  /** Reserves with every plugin, or with none: a refusal gives back what was reserved before it. */
  reserve(cycle: Cycle, nodeName: string): Status | undefined {
    for (const [index, plugin] of this.#plugins.entries()) {
      const status = plugin.reserve?.(cycle, nodeName);
      if (status === undefined) continue;
      for (const earlier of this.#plugins.slice(0, index).reverse()) earlier.unreserve?.(cycle, nodeName);
      return status;
    }
    return undefined;
  }

  unreserve(cycle: Cycle, nodeName: string): void {
    for (const plugin of [...this.#plugins].reverse()) plugin.unreserve?.(cycle, nodeName);
  }

  async preBind(cycle: Cycle, nodeName: string, signal: AbortSignal): Promise<Status | undefined> {
    for (const plugin of this.#plugins) {
      const status = await plugin.preBind?.(cycle, nodeName, signal);
      if (status) return status;
    }
    return undefined;
  }
}

function firstVerdict(plugins: readonly Plugin[], cycle: Cycle, node: NodeInfo): Status | undefined {
  for (const plugin of plugins) {
    const verdict = plugin.filter?.(cycle, node);
    if (verdict) return verdict;
  }
  return undefined;
}

const refusedPod = (nodeCount: number, podVerdict: Status): FilterOutcome => ({
  fits: false,
  diagnosis: { nodeCount, verdicts: [], podVerdict, plugins: new Set([podVerdict.plugin]) },
});
