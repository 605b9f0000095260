import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Diagnosis } from './diagnosis.ts';
import { feasibleNodesToFind } from './node-sample.ts';
import type { Nominations } from './nominations.ts';
import type { Cycle, Plugin, PostFilterResult } from './plugin.ts';
import { type NodeResults, SharedResults } from './shared-results.ts';
import type { Status } from './status.ts';

/** A plugin of a profile, with the weight of its scores there. */
export interface WeightedPlugin {
  readonly plugin: Plugin;
  readonly weight: number;
}

export interface FrameworkOptions {
  readonly state: ClusterState;
  readonly nominations: Nominations;
  /** How many of a hundred nodes are scored at most; 0 (the default) lets it depend on their number. */
  readonly percentageOfNodesToScore?: number;
}

/** Nodes that fit, or why there are none. */
export type FilterOutcome =
  | { readonly fits: true; readonly nodes: readonly NodeInfo[]; readonly evaluated: number }
  | { readonly fits: false; readonly diagnosis: Diagnosis };

/** The filters that a cycle's pod has to pass. */
interface Filters {
  readonly local: readonly Plugin[];
  readonly wide: readonly Plugin[];
}

const FILTERS = 'filters of the cycle';

/** Runs the extension points of one profile's plugins, in order. */
export class Framework {
  readonly #plugins: readonly Plugin[];
  readonly #scorers: readonly WeightedPlugin[];
  readonly #localScorers: readonly Plugin[];
  readonly #options: FrameworkOptions;
  readonly #shared: SharedResults;
  #start = 0;
  #totals = new Float64Array(0);

  constructor(plugins: readonly WeightedPlugin[], options: FrameworkOptions) {
    this.#plugins = plugins.map(({ plugin }) => plugin);
    this.#scorers = plugins.filter(({ plugin, weight }) => plugin.score && weight > 0);
    this.#localScorers = this.#scorers.map(({ plugin }) => plugin).filter((plugin) => plugin.isLocal);
    this.#options = options;
    this.#shared = new SharedResults(this.#localScorers.length);
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

  /** Whether an event may help a pod that these plugins refused. */
  mayHelp(
    refusedBy: ReadonlySet<string>,
    pod: PodInfo,
    event: { readonly name: ClusterEvent; readonly object?: KubernetesObject; readonly old?: KubernetesObject },
  ): boolean {
    for (const plugin of this.#plugins) {
      if (!refusedBy.has(plugin.name)) continue;
      const hint = plugin.events?.[event.name];
      if (hint === true || hint?.(pod, event.object, event.old)) return true;
    }
    return false;
  }

  /** Nodes that all filters accept: every one in a small cluster, enough of them in a large one. */
  filter(cycle: Cycle): FilterOutcome {
    const { state } = this.#options;
    const all = state.list();
    const prepared = this.#prepare(cycle);
    if ('code' in prepared) return refusedPod(all.length, prepared);
    const nominee = this.#nominated(cycle, prepared.filters);
    if (nominee) return { fits: true, nodes: [nominee], evaluated: 1 };
    return prepared.names ? this.#filterNamed(cycle, prepared) : this.#filterAll(cycle, prepared.filters);
  }

  /** Whether the pod would fit on a node as it is now; what equal pods were told before is not asked. */
  fits(cycle: Cycle, node: NodeInfo): Status | undefined {
    const filters = cycle.data.get(FILTERS) as Filters | undefined;
    return this.#verdict(cycle, node, filters ?? { local: [], wide: [] });
  }

  /** Whether no filter that the cycle's pod has to pass looks at more than one node. */
  isLocal(cycle: Cycle): boolean {
    return (cycle.data.get(FILTERS) as Filters | undefined)?.wide.length === 0;
  }

  /** Lets plugins try to make room, and tells how it went. */
  postFilter(cycle: Cycle, diagnosis: Diagnosis): { readonly nominated?: string; readonly message: string } {
    const reasons: string[] = [];
    let last: PostFilterResult = {};
    for (const plugin of this.#plugins) {
      if (!plugin.postFilter) continue;
      const result = plugin.postFilter(cycle, diagnosis);
      if (result.reasons === undefined) return { nominated: result.nominated ?? '', message: '' };
      reasons.push(...result.reasons);
      if (result.nominated !== undefined) last = result;
    }
    return { ...(last.nominated === undefined ? {} : { nominated: last.nominated }), message: reasons.join(', ') };
  }

  /** The sum of weighted scores of each node, in the order of `nodes`; valid until the next call. */
  score(cycle: Cycle, nodes: readonly NodeInfo[]): Float64Array {
    if (this.#totals.length < nodes.length) this.#totals = new Float64Array(2 * nodes.length);
    const totals = this.#totals.subarray(0, nodes.length).fill(0);
    const scores = new Float64Array(nodes.length);
    const results = this.#scoredResults(cycle, nodes);
    for (const { plugin, weight } of this.#scorers) {
      if (plugin.preScore?.(cycle, nodes)?.code === 'Skip') continue;
      const row = results?.scores[this.#localScorers.indexOf(plugin)];
      if (row) for (let index = 0; index < nodes.length; index++) scores[index] = row[slotAt(nodes, index)] as number;
      else {
        for (let index = 0; index < nodes.length; index++) {
          scores[index] = plugin.score?.(cycle, nodes[index] as NodeInfo) ?? 0;
        }
      }
      plugin.normalize?.(cycle, scores, nodes);
      for (let index = 0; index < totals.length; index++) {
        totals[index] = (totals[index] as number) + weight * (scores[index] as number);
      }
    }
    return totals;
  }

  /** Reserves with every plugin, or with none: a refusal gives back what was reserved before it. */
  reserve(cycle: Cycle, nodeName: string): Status | undefined {
    for (const plugin of this.#plugins) {
      const status = plugin.reserve?.(cycle, nodeName);
      if (status === undefined) continue;
      this.unreserve(cycle, nodeName);
      return status;
    }
    return undefined;
  }

  unreserve(cycle: Cycle, nodeName: string): void {
    for (const plugin of [...this.#plugins].reverse()) plugin.unreserve?.(cycle, nodeName);
  }

  /** Whether anything is to be done before the pod is bound. */
  needsPreBind(cycle: Cycle): boolean {
    return this.#plugins.some((plugin) => plugin.preBind && (plugin.needsPreBind?.(cycle) ?? true));
  }

  async preBind(cycle: Cycle, nodeName: string, signal: AbortSignal): Promise<Status | undefined> {
    for (const plugin of this.#plugins) {
      const status = await plugin.preBind?.(cycle, nodeName, signal);
      if (status) return status;
    }
    return undefined;
  }

  /** Runs what comes before the filters: which are needed, and whether they are needed on few nodes only. */
  #prepare(cycle: Cycle): Status | { readonly filters: Filters; readonly names?: Narrowing } {
    const local: Plugin[] = [];
    const wide: Plugin[] = [];
    let names: Narrowing | undefined;
    for (const plugin of this.#plugins) {
      const result = plugin.preFilter?.(cycle);
      const status = result && 'code' in result ? result : undefined;
      if (status && status.code !== 'Skip') return status;
      if (result && 'nodeNames' in result) names = narrowed(names, result.nodeNames, plugin.name);
      if (plugin.filter && !status) (plugin.isLocal ? local : wide).push(plugin);
    }
    const filters = { local, wide };
    cycle.data.set(FILTERS, filters);
    return names ? { filters, names } : { filters };
  }

  /** The node on which room was made for the pod, if it fits there now. */
  #nominated(cycle: Cycle, filters: Filters): NodeInfo | undefined {
    const name = this.#options.nominations.nodeOf(cycle.pod.uid);
    const node = name ? this.#options.state.get(name) : undefined;
    return node && this.#verdict(cycle, node, filters) === undefined ? node : undefined;
  }

  #filterAll(cycle: Cycle, filters: Filters): FilterOutcome {
    const { state, percentageOfNodesToScore } = this.#options;
    const all = state.list();
    const wanted = feasibleNodesToFind(all.length, percentageOfNodesToScore);
    const results = this.#shared.of(cycle.pod.class, state);
    const fitting: NodeInfo[] = [];
    const verdicts = new Map<NodeInfo, Status>();
    const ownNode = this.#options.nominations.nodeOf(cycle.pod.uid);
    let checked = 0;
    for (; checked < all.length && fitting.length < wanted; checked++) {
      const node = all[(this.#start + checked) % all.length] as NodeInfo;
      const verdict =
        results === undefined || node.name === ownNode
          ? this.#verdict(cycle, node, filters)
          : (this.#sharedVerdict(cycle, node, { filters, results }) ?? this.#wideVerdict(cycle, node, filters));
      if (verdict === undefined) fitting.push(node);
      else verdicts.set(node, verdict);
    }
    this.#start = (this.#start + checked) % Math.max(1, all.length);
    if (fitting.length > 0) return { fits: true, nodes: fitting, evaluated: checked };
    return { fits: false, diagnosis: { nodeCount: all.length, verdicts, plugins: pluginsOf(verdicts) } };
  }

  /** Few nodes: nothing is shared, since pods with nodes of their own are all different. */
  #filterNamed(
    cycle: Cycle,
    { filters, names }: { readonly filters: Filters; readonly names?: Narrowing },
  ): FilterOutcome {
    const { state } = this.#options;
    const fitting: NodeInfo[] = [];
    const verdicts = new Map<NodeInfo, Status>();
    for (const name of names?.names ?? []) {
      const node = state.get(name);
      if (node === undefined) continue;
      const verdict = this.#verdict(cycle, node, filters);
      if (verdict === undefined) fitting.push(node);
      else verdicts.set(node, verdict);
    }
    if (fitting.length > 0) return { fits: true, nodes: fitting, evaluated: fitting.length + verdicts.size };
    const by = names?.plugins ?? [];
    const absent: Status = {
      code: 'UnschedulableAndUnresolvable',
      reasons: [`node(s) didn't satisfy plugin(s) [${by.join(' ')}]`],
      plugin: '',
    };
    const plugins = new Set([...pluginsOf(verdicts), ...by]);
    return { fits: false, diagnosis: { nodeCount: state.list().length, verdicts, absent, plugins } };
  }

  /** What local filters say, asked anew only where the node has changed since a pod of this class was there. */
  #sharedVerdict(
    cycle: Cycle,
    node: NodeInfo,
    { filters, results }: { readonly filters: Filters; readonly results: NodeResults },
  ): Status | undefined {
    const generation = this.#options.state.generationOf(node.slot);
    if (results.isCurrent(node.slot, generation)) return results.verdictOf(node.slot);
    const verdict = this.#withNominees(cycle, node, () => firstVerdict(filters.local, cycle, node));
    results.set(node.slot, this.#options.state.generationOf(node.slot), verdict);
    if (verdict === undefined) this.#scoreLocally(cycle, node, results);
    return verdict;
  }

  #scoreLocally(cycle: Cycle, node: NodeInfo, results: NodeResults): void {
    for (let index = 0; index < this.#localScorers.length; index++) {
      (results.scores[index] as Float64Array)[node.slot] = this.#localScorers[index]?.score?.(cycle, node) ?? 0;
    }
  }

  #wideVerdict(cycle: Cycle, node: NodeInfo, { wide }: Filters): Status | undefined {
    if (wide.length === 0) return undefined;
    if (this.#options.nominations.isEmpty) return firstVerdict(wide, cycle, node);
    return this.#withNominees(cycle, node, () => firstVerdict(wide, cycle, node));
  }

  #verdict(cycle: Cycle, node: NodeInfo, { local, wide }: Filters): Status | undefined {
    return this.#withNominees(cycle, node, () => firstVerdict(local, cycle, node) ?? firstVerdict(wide, cycle, node));
  }

  /** A node has to do both with the pods that are nominated to it, unless they matter less, and without them. */
  #withNominees(cycle: Cycle, node: NodeInfo, judge: () => Status | undefined): Status | undefined {
    const nominees = this.#options.nominations.on(node.name);
    if (nominees === undefined) return judge();
    const counted = [...nominees.values()].filter(
      (pod) => pod.priority >= cycle.pod.priority && pod.uid !== cycle.pod.uid && !node.pods.has(pod.uid),
    );
    if (counted.length === 0) return judge();
    const together = this.#options.state.tentatively(node, (trial) => {
      for (const pod of counted) trial.add(pod);
      return judge();
    });
    return together ?? judge();
  }

  /** Local scores of nodes, current for all of them; undefined where results are not shared. */
  #scoredResults(cycle: Cycle, nodes: readonly NodeInfo[]): NodeResults | undefined {
    const results = this.#shared.peek(cycle.pod.class);
    if (results === undefined) return undefined;
    for (let index = 0; index < nodes.length; index++) {
      const slot = slotAt(nodes, index);
      if (!results.isCurrent(slot, this.#options.state.generationOf(slot))) return undefined;
    }
    return results;
  }
}

/** The names that all narrowing plugins agree on, and which plugins those are. */
interface Narrowing {
  readonly names: ReadonlySet<string>;
  readonly plugins: readonly string[];
}

const narrowed = (before: Narrowing | undefined, names: ReadonlySet<string>, plugin: string): Narrowing => ({
  names: before ? new Set([...before.names].filter((name) => names.has(name))) : names,
  plugins: [...(before?.plugins ?? []), plugin].sort(),
});

const slotAt = (nodes: readonly NodeInfo[], index: number): number => (nodes[index] as NodeInfo).slot;

function firstVerdict(plugins: readonly Plugin[], cycle: Cycle, node: NodeInfo): Status | undefined {
  for (const plugin of plugins) {
    const verdict = plugin.filter?.(cycle, node);
    if (verdict) return verdict;
  }
  return undefined;
}

const pluginsOf = (verdicts: ReadonlyMap<NodeInfo, Status>): Set<string> => {
  const plugins = new Set<string>();
  for (const { plugin } of verdicts.values()) plugins.add(plugin);
  return plugins;
};

const refusedPod = (nodeCount: number, podVerdict: Status): FilterOutcome => ({
  fits: false,
  diagnosis: { nodeCount, verdicts: new Map(), podVerdict, plugins: new Set([podVerdict.plugin]) },
});
