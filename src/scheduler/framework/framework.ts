import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { EXTENDER } from '../extender/extenders.ts';
import type { Happening } from '../queue/happening-log.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { indexOfBest } from './best-node.ts';
import type { WeightedPlugin } from './class-results.ts';
import type { ClusterEvent } from './cluster-event.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type Participants, type PluginOrder, participants } from './extension-points.ts';
import {
  type FilterOutcome,
  type Filters,
  type Narrowing,
  NodeSearch,
  type NodeSearchOptions,
  type Refused,
} from './node-search.ts';
import type { GroupCycle, Placement, UnfitGroup } from './placement.ts';
import { PlacementScoring } from './placement-scoring.ts';
import type { Cycle, Plugin, PostFilterResult } from './plugin.ts';
import { failureOf } from './plugin-failure.ts';
import { Preparation, type Prepared } from './preparation.ts';
import { type FittingNodes, Scoring } from './scoring.ts';
import type { Status } from './status.ts';
import { Verdicts } from './verdicts.ts';
import type { WaitingPods } from './waiting-pods.ts';

const FILTERS = 'filters of the cycle';
const SUCCESS = 'Success';
/** Of so many hints one is measured. */
const SAMPLED_HINTS = 10;

/** Is told how long all plugins of an extension point took, by upstream's name of it, and what came of it. */
export type PointObserver = (point: string, status: string, seconds: number) => void;

export interface FrameworkOptions extends NodeSearchOptions {
  readonly clock: Clock;
  readonly observe?: PointObserver;
  /** Is told of some answers whether an event may help a pod, and from when on they were looked for. */
  readonly hinted?: (plugin: string, event: ClusterEvent, isHelpful: boolean, startedAt: number) => void;
  /** Is told of each pod whether what was found out for equal ones gave its node. */
  readonly batched?: (isShared: boolean) => void;
  /** Points at which plugins run in another order. */
  readonly order?: PluginOrder;
  /** Where pods wait for a permit. */
  readonly waiting?: WaitingPods;
}

/** The node for a pod, or why there is none. */
export type Choice = { readonly fits: true; readonly node: NodeInfo } | Refused;

/** How it went to make room for a pod. */
export interface Room {
  /** The node on which room was made; '' takes an earlier nomination back. Absent: it stays as it is. */
  readonly nominated?: string;
  readonly message: string;
}

/** The state of trying to make room. */
interface Trying {
  readonly cycle: Cycle;
  readonly diagnosis: Diagnosis;
  readonly reasons: string[];
  last: PostFilterResult;
}

/** What is left of the nodes on which a group is tried. */
const namesWithin = ({ nodes }: Placement, narrowing: Narrowing | undefined): Narrowing =>
  narrowing
    ? { ...narrowing, names: new Set([...narrowing.names].filter((name) => nodes.has(name))), among: nodes.size }
    : { names: nodes, plugins: [], among: nodes.size };

/** Runs the extension points of one profile's plugins, in order. */
export class Framework {
  readonly #plugins: readonly Plugin[];
  /** The plugins that have a say at each point, in order. */
  readonly #at: Participants;
  readonly #byName: ReadonlyMap<string, Plugin>;
  readonly #queueSort: NonNullable<Plugin['queueSort']>;
  readonly #preparation: Preparation;
  readonly #options: FrameworkOptions;
  readonly #scoring: Scoring;
  readonly #search: NodeSearch;
  readonly #placementScoring: PlacementScoring;
  #hints = 0;

  constructor(plugins: readonly WeightedPlugin[], options: FrameworkOptions) {
    this.#plugins = plugins.map(({ plugin }) => plugin);
    this.#byName = new Map(this.#plugins.map((plugin) => [plugin.name, plugin]));
    this.#at = participants(this.#plugins, options.order ?? {});
    this.#queueSort = this.#at.queueSort[0]?.queueSort ?? (() => 0);
    this.#preparation = new Preparation(this.#at.preFilter, this.#at.filter);
    this.#options = options;
    this.#scoring = new Scoring(plugins, options.state);
    this.#search = new NodeSearch(options, this.#scoring);
    this.#placementScoring = new PlacementScoring(plugins, this.#at.placementScore);
  }

  order(a: PodInfo, b: PodInfo): number {
    return this.#queueSort(a, b);
  }

  /** The first verdict that keeps a pod out of the queue. */
  preEnqueue(pod: PodInfo): Status | undefined {
    for (const plugin of this.#at.preEnqueue) {
      const status = plugin.preEnqueue?.(pod);
      if (status) return status;
    }
    return undefined;
  }

  /** Whether an event may help any pod that a plugin refused; the uid of a pod when it can be that one only. */
  concerned(plugin: string, event: Happening): boolean | string {
    if (plugin === EXTENDER) return true;
    const own = this.#byName.get(plugin);
    if (own?.events?.[event.name] === undefined) return false;
    return own.onlyPod?.(event.object, event.old) ?? true;
  }

  /** Whether an event may help a pod that these plugins refused. */
  mayHelp(refusedBy: ReadonlySet<string>, pod: PodInfo, event: Happening): boolean {
    // Nobody knows what an extender waits for.
    if (refusedBy.has(EXTENDER)) return true;
    for (const plugin of this.#plugins) {
      if (!refusedBy.has(plugin.name)) continue;
      const hint = plugin.events?.[event.name];
      if (hint === undefined) continue;
      // So many are asked that measuring all of it would take its time itself.
      const isSampled = this.#hints++ % SAMPLED_HINTS === 0;
      const startedAt = isSampled ? this.#options.clock.monotonic() : 0;
      const isHelpful = hint === true || hint(pod, event.object, event.old);
      if (isSampled) this.#options.hinted?.(plugin.name, event.name, isHelpful, startedAt);
      if (isHelpful) return true;
    }
    return false;
  }

  /**
   * Nodes that all filters accept: every one in a small cluster, enough of them in a large one; the node alone on which
   * room was made, if it fits.
   */
  filter(cycle: Cycle, { withoutNomination = false } = {}): FilterOutcome {
    const prepared = this.#prepare(cycle);
    if ('code' in prepared) return this.#refused(prepared, cycle);
    const { filters, names } = prepared;
    const nominee = withoutNomination ? undefined : this.#search.nominated(cycle, filters);
    if (nominee) {
      return { fits: true, nodes: { slots: Int32Array.of(nominee.slot) }, refused: () => new Map() };
    }
    const startedAt = this.#options.clock.monotonic();
    const outcome = names
      ? this.#search.named(cycle, filters, names)
      : this.#search.all(cycle, filters, this.#search.known(cycle));
    this.#measured('Filter', startedAt, outcome.fits ? SUCCESS : 'Unschedulable');
    return outcome;
  }

  /** The best node for a pod, of several any, or why there is none; the one on which room was made, if the pod fits there. */
  choose(cycle: Cycle, random: Random): Choice {
    const prepared = this.#prepare(cycle);
    if ('code' in prepared) return this.#refused(prepared, cycle);
    const { filters, names } = prepared;
    const nominee = this.#search.nominated(cycle, filters);
    if (nominee) return { fits: true, node: nominee };
    const startedAt = this.#options.clock.monotonic();
    const shared = names ? undefined : this.#search.known(cycle);
    const first = shared && this.#search.best(cycle, filters, { shared, random });
    this.#options.batched?.(first !== undefined);
    if (first) {
      this.#measured('Filter', startedAt);
      return { fits: true, node: first };
    }
    const outcome = names ? this.#search.named(cycle, filters, names) : this.#search.all(cycle, filters, shared);
    this.#measured('Filter', startedAt, outcome.fits ? SUCCESS : 'Unschedulable');
    if (!outcome.fits) return outcome;
    const { slots } = outcome.nodes;
    const best = slots.length === 1 ? 0 : indexOfBest(this.score(cycle, outcome.nodes), random);
    return { fits: true, node: this.#options.state.at(slots[best] as number) as NodeInfo };
  }

  /** Whether the pod would fit on a node as it is now; what equal pods were told before is not asked. */
  fits(cycle: Cycle, node: NodeInfo): Status | undefined {
    const filters = cycle.data.get(FILTERS) as Filters | undefined;
    return this.#search.verdict(cycle, node, filters ?? { local: [], wide: [] });
  }

  /** Whether no filter that the cycle's pod has to pass looks at more than one node. */
  isLocal(cycle: Cycle): boolean {
    return (cycle.data.get(FILTERS) as Filters | undefined)?.wide.length === 0;
  }

  /** Lets plugins try to make room, and tells how it went; a promise where one of them has to ask others. */
  postFilter(cycle: Cycle, diagnosis: Diagnosis): Room | Promise<Room> {
    const startedAt = this.#options.clock.monotonic();
    const measured = (room: Room) => {
      this.#measured('PostFilter', startedAt, room.message === '' ? SUCCESS : 'Unschedulable');
      return room;
    };
    const room = this.#postFilterFrom(0, { cycle, diagnosis, reasons: [], last: {} });
    return room instanceof Promise ? room.then(measured) : measured(room);
  }

  #postFilterFrom(start: number, trying: Trying): Room | Promise<Room> {
    const plugins = this.#at.postFilter;
    for (let index = start; index < plugins.length; index++) {
      const result = plugins[index]?.postFilter?.(trying.cycle, trying.diagnosis);
      if (result === undefined) continue;
      if (result instanceof Promise) {
        return result.then((now) => this.#tried(now, trying) ?? this.#postFilterFrom(index + 1, trying));
      }
      const room = this.#tried(result, trying);
      if (room) return room;
    }
    const { last, reasons } = trying;
    return { ...(last.nominated === undefined ? {} : { nominated: last.nominated }), message: reasons.join(', ') };
  }

  /** Notes what a plugin came to; the room when it has made some. */
  #tried(result: PostFilterResult, trying: Trying): Room | undefined {
    if (result.reasons === undefined) return { nominated: result.nominated ?? '', message: '' };
    trying.reasons.push(...result.reasons);
    if (result.nominated !== undefined) trying.last = result;
    return undefined;
  }

  /** Sets of nodes of which one has to take all pods of a group; all nodes where nobody says otherwise. */
  placements(cycle: GroupCycle): readonly Placement[] {
    const nodes = new Set(this.#options.state.list().map(({ name }) => name));
    let placements: readonly Placement[] = [{ name: '', nodes }];
    for (const plugin of this.#at.placementGenerate) {
      const generate = (parent: Placement) => plugin.generatePlacements?.(cycle, parent) ?? [parent];
      placements = this.#run('PlacementGenerate', plugin, () => placements.flatMap(generate));
    }
    return placements;
  }

  /** What each plugin thinks of a placement while the pods are counted there; see `bestPlacement`. */
  scorePlacement(cycle: GroupCycle, placement: Placement): readonly number[] {
    return this.#placementScoring.score(cycle, placement);
  }

  /** Which of several placements is the best by the scores they were given, of several any. */
  bestPlacement(scores: readonly (readonly number[])[], random: Random): number {
    return indexOfBest(this.#placementScoring.sums(scores), random);
  }

  /** Lets plugins make room for a group; why there is none, or undefined. */
  postFilterGroup(unfit: UnfitGroup): string | undefined {
    const plugin = this.#at.postFilter.find(({ postFilterGroup }) => postFilterGroup !== undefined);
    if (plugin?.postFilterGroup === undefined) {
      return 'default preemption plugin is not registered, workload aware preemption is disabled';
    }
    return plugin.postFilterGroup(unfit).reasons?.join(', ');
  }

  /** The sum of weighted scores of each node, in their order; valid until the next call. */
  score(cycle: Cycle, nodes: FittingNodes): Float64Array {
    const startedAt = this.#options.clock.monotonic();
    const scores = this.#scoring.score(cycle, nodes);
    this.#measured('Score', startedAt);
    return scores;
  }

  /** Reserves with every plugin, or with none: a refusal gives back what was reserved before it. */
  reserve(cycle: Cycle, nodeName: string): Status | undefined {
    const startedAt = this.#options.clock.monotonic();
    for (const plugin of this.#at.reserve) {
      const status = this.#run('Reserve', plugin, () => plugin.reserve?.(cycle, nodeName));
      if (status === undefined) continue;
      this.unreserve(cycle, nodeName);
      this.#measured('Reserve', startedAt, status.code);
      return status;
    }
    this.#measured('Reserve', startedAt);
    return undefined;
  }

  unreserve(cycle: Cycle, nodeName: string): void {
    for (const plugin of [...this.#at.reserve].reverse()) plugin.unreserve?.(cycle, nodeName);
  }

  /** Whether anything is to be done before the pod is bound. */
  needsPreBind(cycle: Cycle): boolean {
    return this.#at.preBind.some((plugin) => plugin.needsPreBind?.(cycle) ?? true);
  }

  /** Whether the pod may be bound; a promise where it has to wait for that. */
  permit(cycle: Cycle, nodeName: string): Status | undefined | Promise<Status | undefined> {
    if (this.#at.permit.length === 0) return undefined;
    const startedAt = this.#options.clock.monotonic();
    const waits = new Map<string, number>();
    for (const plugin of this.#at.permit) {
      const result = this.#run('Permit', plugin, () => plugin.permit?.(cycle, nodeName));
      if (result === undefined) continue;
      if ('code' in result) {
        this.#measured('Permit', startedAt, result.code);
        return result;
      }
      waits.set(plugin.name, result.waitMs);
    }
    this.#measured('Permit', startedAt, waits.size > 0 ? 'Wait' : SUCCESS);
    return waits.size > 0 ? this.#options.waiting?.wait(cycle.pod.uid, waits) : undefined;
  }

  postBind(cycle: Cycle, nodeName: string): void {
    if (this.#at.postBind.length === 0) return;
    const startedAt = this.#options.clock.monotonic();
    for (const plugin of this.#at.postBind) plugin.postBind?.(cycle, nodeName);
    this.#measured('PostBind', startedAt);
  }

  async preBind(cycle: Cycle, nodeName: string, signal: AbortSignal): Promise<Status | undefined> {
    const startedAt = this.#options.clock.monotonic();
    for (const plugin of this.#at.preBind) {
      try {
        const status = await plugin.preBind?.(cycle, nodeName, signal);
        if (status === undefined) continue;
        this.#measured('PreBind', startedAt, status.code);
        return status;
      } catch (error) {
        this.#measured('PreBind', startedAt, 'Error');
        throw failureOf(`running PreBind plugin "${plugin.name}"`, error);
      }
    }
    this.#measured('PreBind', startedAt);
    return undefined;
  }

  /** Binding is what the scheduler itself does, or an extender: tells how long it took. */
  bound(startedAt: number, isDone: boolean): void {
    this.#measured('Bind', startedAt, isDone ? SUCCESS : 'Error');
  }

  #measured(point: string, startedAt: number, status = SUCCESS): void {
    const { clock, observe } = this.#options;
    observe?.(point, status, (clock.monotonic() - startedAt) / 1000);
  }

  #prepare(cycle: Cycle): Status | Prepared {
    const startedAt = this.#options.clock.monotonic();
    const prepared = this.#preparation.run(cycle);
    const isRefused = 'code' in prepared;
    if (!isRefused) cycle.data.set(FILTERS, prepared.filters);
    this.#measured('PreFilter', startedAt, isRefused ? prepared.code : SUCCESS);
    return isRefused || !cycle.within ? prepared : { ...prepared, names: namesWithin(cycle.within, prepared.names) };
  }

  /** No node is looked at for a pod that none would do for. */
  #refused(podVerdict: Status, { within }: Cycle): Refused {
    const nodeCount = within?.nodes.size ?? this.#options.state.list().length;
    const plugins = new Set([podVerdict.plugin]);
    return { fits: false, diagnosis: { nodeCount, verdicts: new Verdicts(), podVerdict, plugins } };
  }

  #run<T>(point: string, plugin: Plugin, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw failureOf(`running ${point} plugin "${plugin.name}"`, error);
    }
  }
}
