import type { Random } from '#base/random.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import { ClassResults, FITS, REFUSED, UNKNOWN } from './class-results.ts';
import type { Diagnosis } from './diagnosis.ts';
import { feasibleNodesToFind } from './node-sample.ts';
import type { Nominations } from './nominations.ts';
import type { Cycle, Plugin } from './plugin.ts';
import { failureOf } from './plugin-failure.ts';
import type { Ranking } from './ranking.ts';
import { RecentClasses } from './recent-classes.ts';
import type { FittingNodes, Scoring } from './scoring.ts';
import type { Status } from './status.ts';
import { Verdicts } from './verdicts.ts';

export interface NodeSearchOptions {
  readonly state: ClusterState;
  readonly nominations: Nominations;
  /** How many of a hundred nodes are scored at most; 0 (the default) lets it depend on their number. */
  readonly percentageOfNodesToScore?: number;
}

/** The filters that a cycle's pod has to pass. */
export interface Filters {
  /** Those that look at nothing but the pod's class and one node. */
  readonly local: readonly Plugin[];
  readonly wide: readonly Plugin[];
}

/** Nodes that fit, or why there are none. */
export type FilterOutcome =
  | {
      readonly fits: true;
      readonly nodes: FittingNodes;
      /** Why others do not fit, as far as they were looked at. */
      readonly refused: () => ReadonlyMap<NodeInfo, Status>;
    }
  | Refused;

export interface Refused {
  readonly fits: false;
  readonly diagnosis: Diagnosis;
}

/** The names that all narrowing plugins agree on, and which plugins those are. */
export interface Narrowing {
  readonly names: ReadonlySet<string>;
  readonly plugins: readonly string[];
  /** Of how many nodes; of all when absent. */
  readonly among?: number;
}

/** How many nodes that nobody was asked about yet are asked about for a pod that would not need them. */
const FURTHER_NODES = 16;

/** How many of the best nodes are tried before a search: filters that look further may refuse what ranks high. */
const MOST_TRIED = 16;

/** Looks for nodes that pass filters. */
export class NodeSearch {
  readonly #options: NodeSearchOptions;
  readonly #scoring: Scoring;
  readonly #classes = new RecentClasses<ClassResults>();
  /** Where the next search begins, so that all nodes have their turn. */
  #start = 0;
  #fitting = new Int32Array(0);

  constructor(options: NodeSearchOptions, scoring: Scoring) {
    this.#options = options;
    this.#scoring = scoring;
  }

  /** What was said of nodes for other pods of the class, unless this may be its only pod. */
  known(cycle: Cycle): ClassResults | undefined {
    if (this.#options.state.isTrying) return undefined;
    const shared = this.#classes.of(cycle.pod.class, () => new ClassResults(this.#scoring.localScorers(cycle)));
    shared?.catchUp(this.#options.state);
    return shared;
  }

  /**
   * The best node, where nothing but local plugins score nodes and they said of enough nodes before how good each is; of
   * several any. Undefined: that is to be found out by a search.
   */
  best(
    cycle: Cycle,
    filters: Filters,
    { shared, random }: { readonly shared: ClassResults; readonly random: Random },
  ): NodeInfo | undefined {
    const { state, nominations, percentageOfNodesToScore } = this.#options;
    if (nominations.nodeOf(cycle.pod.uid) || !this.#scoring.isLocal(cycle)) return undefined;
    const order = state.order();
    const ranking = shared.rank((slot) => {
      if (state.at(slot)) this.#note(cycle, filters, { shared, slot });
    });
    const wanted = feasibleNodesToFind(order.length, percentageOfNodesToScore);
    // Besides those that are needed a few more each time, until all are known.
    for (let looked = 0; looked < FURTHER_NODES || ranking.size < wanted; looked++) {
      if (shared.refused + ranking.size >= order.length) break;
      const slot = shared.next(order);
      if (shared.known[slot] === UNKNOWN) this.#note(cycle, filters, { shared, slot });
    }
    return shared.isPlain ? this.#firstOf(cycle, filters, { shared, ranking, random }) : undefined;
  }

  /** The first of ranked nodes that the wide filters accept, too; undefined when none of the very first is. */
  #firstOf(
    cycle: Cycle,
    filters: Filters,
    { shared, ranking, random }: { readonly shared: ClassResults; readonly ranking: Ranking; readonly random: Random },
  ): NodeInfo | undefined {
    const refused: number[] = [];
    try {
      while (refused.length < MOST_TRIED) {
        const slot = ranking.best(random);
        const node = slot === undefined ? undefined : this.#options.state.at(slot);
        if (node === undefined || this.#wideVerdict(cycle, filters, node) === undefined) return node;
        ranking.delete(node.slot);
        refused.push(node.slot);
      }
      return undefined;
    } finally {
      for (const slot of refused) ranking.set(slot, shared.plain[slot] as number);
    }
  }

  #wideVerdict(cycle: Cycle, { wide }: Filters, node: NodeInfo): Status | undefined {
    if (wide.length === 0) return undefined;
    if (this.#options.nominations.isEmpty) return firstVerdict(wide, cycle, node);
    return this.#withNominees(cycle, node, () => firstVerdict(wide, cycle, node));
  }

  /** Every node that fits in a small cluster, enough of them in a large one. */
  all(cycle: Cycle, filters: Filters, shared: ClassResults | undefined): FilterOutcome {
    const { state, percentageOfNodesToScore } = this.#options;
    const order = state.order();
    // What is said of the pod itself is collected only for the case that it fits nowhere: most pods fit.
    const own: Status[] = [];
    const ownSlots: number[] = [];
    const wanted = feasibleNodesToFind(order.length, percentageOfNodesToScore);
    const ownNode = state.get(this.#options.nominations.nodeOf(cycle.pod.uid) ?? '')?.slot;
    const judge = shared ? this.#sharedJudge(cycle, filters, { shared, ownNode }) : this.#judge(cycle, filters);
    const isLocal = filters.wide.length === 0;
    const fitting = this.#room(wanted);
    let count = 0;
    let checked = 0;
    let index = this.#start < order.length ? this.#start : 0;
    if (shared?.refused === order.length) checked = order.length;
    for (; checked < order.length && count < wanted; checked++) {
      const slot = order[index] as number;
      if (++index === order.length) index = 0;
      const known = shared?.known[slot];
      if (known === REFUSED) continue;
      const verdict = known === FITS && isLocal && slot !== ownNode ? undefined : judge(slot);
      if (verdict === undefined) fitting[count++] = slot;
      else if (shared?.known[slot] !== REFUSED) {
        own.push(verdict);
        ownSlots.push(slot);
      }
    }
    this.#start = index;
    const ownRefused = () =>
      new Map(ownSlots.map((slot, which) => [state.at(slot) as NodeInfo, own[which] as Status] as const));
    if (count > 0) {
      const slots = fitting.subarray(0, count);
      const refused = () => new Map([...(shared ? refusedBy(shared, state) : []), ...ownRefused()]);
      return { fits: true, nodes: shared ? { slots, shared } : { slots }, refused };
    }
    const verdicts = new Verdicts(ownRefused(), shared);
    return { fits: false, diagnosis: { nodeCount: order.length, verdicts, plugins: verdicts.plugins() } };
  }

  /** Few nodes: nothing is shared, since pods with nodes of their own are all different. */
  named(cycle: Cycle, filters: Filters, { names, plugins: by, among }: Narrowing): FilterOutcome {
    const { state } = this.#options;
    const nodeCount = among ?? state.list().length;
    const fitting: number[] = [];
    const refused = new Map<NodeInfo, Status>();
    for (const name of names) {
      const node = state.get(name);
      if (node === undefined) continue;
      const verdict = this.verdict(cycle, node, filters);
      if (verdict === undefined) fitting.push(node.slot);
      else refused.set(node, verdict);
    }
    if (fitting.length > 0) return { fits: true, nodes: { slots: Int32Array.from(fitting) }, refused: () => refused };
    const absent: Status = {
      code: 'UnschedulableAndUnresolvable',
      reasons: [`node(s) didn't satisfy plugin(s) [${by.join(' ')}]`],
      plugin: '',
    };
    const verdicts = new Verdicts(refused);
    const plugins = new Set([...verdicts.plugins(), ...by]);
    return { fits: false, diagnosis: { nodeCount, verdicts, absent, plugins } };
  }

  /** The node on which room was made for the pod, if it fits there now. */
  nominated(cycle: Cycle, filters: Filters): NodeInfo | undefined {
    const name = this.#options.nominations.nodeOf(cycle.pod.uid);
    if (name && cycle.within?.nodes.has(name) === false) return undefined;
    const node = name ? this.#options.state.get(name) : undefined;
    return node && this.verdict(cycle, node, filters) === undefined ? node : undefined;
  }

  verdict(cycle: Cycle, node: NodeInfo, { local, wide }: Filters): Status | undefined {
    return this.#withNominees(cycle, node, () => firstVerdict(local, cycle, node) ?? firstVerdict(wide, cycle, node));
  }

  #judge(cycle: Cycle, filters: Filters): (slot: number) => Status | undefined {
    return (slot) => this.verdict(cycle, this.#options.state.at(slot) as NodeInfo, filters);
  }

  #sharedJudge(
    cycle: Cycle,
    filters: Filters,
    { shared, ownNode }: { readonly shared: ClassResults; readonly ownNode: number | undefined },
  ): (slot: number) => Status | undefined {
    const { state } = this.#options;
    const { known } = shared;
    return (slot) => {
      const node = state.at(slot) as NodeInfo;
      // To the pod itself its nomination is no obstacle, to others of its class it is.
      if (slot === ownNode) return this.verdict(cycle, node, filters);
      if (known[slot] === UNKNOWN) {
        const verdict = this.#note(cycle, filters, { shared, slot });
        if (verdict) return verdict;
      }
      return this.#wideVerdict(cycle, filters, node);
    };
  }

  /** Asks local plugins about a node, and notes what they say for the pods of the class to come. */
  #note(
    cycle: Cycle,
    { local }: Filters,
    { shared, slot }: { readonly shared: ClassResults; readonly slot: number },
  ): Status | undefined {
    const node = this.#options.state.at(slot) as NodeInfo;
    const verdict = this.#withNominees(cycle, node, () => firstVerdict(local, cycle, node));
    if (verdict) shared.refuse(slot, verdict);
    else this.#scoring.note(cycle, node, shared);
    return verdict;
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

  #room(count: number): Int32Array {
    if (this.#fitting.length < count) this.#fitting = new Int32Array(count);
    return this.#fitting;
  }
}

function* refusedBy(shared: ClassResults, state: ClusterState): Iterable<[NodeInfo, Status]> {
  for (const node of state.list()) {
    const verdict = shared.verdictOf(node.slot);
    if (verdict) yield [node, verdict];
  }
}

function firstVerdict(plugins: readonly Plugin[], cycle: Cycle, node: NodeInfo): Status | undefined {
  let running = '';
  try {
    for (const plugin of plugins) {
      running = plugin.name;
      const verdict = plugin.filter?.(cycle, node);
      if (verdict) return verdict;
    }
    return undefined;
  } catch (error) {
    throw failureOf(`running "${running}" filter plugin`, error);
  }
}
