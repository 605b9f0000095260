import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { DeviceClass } from '#api/resource/v1/device-class.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { DeviceClassResolver, implicitResource, isExtendedResource } from '../../framework/device-classes.ts';
import { isItself } from '../../framework/own-change.ts';
import type { Placement } from '../../framework/placement.ts';
import type { Plugin, QueueingHint } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type Status, unresolvable, unschedulable } from '../../framework/status.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { PodClass } from '../../state/pod-class.ts';
import { amountOf, podRequests, toldSizes } from '../../state/pod-resources.ts';
import { CPU, MEMORY, PODS, type ResourceTable } from '../../state/resource-table.ts';
import { resourceScorer, type ScoringStrategy } from './scoring-strategy.ts';

const NAME = 'NodeResourcesFit';

export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: ScoringStrategy;
}

const DEFAULT_STRATEGY: ScoringStrategy = {
  type: 'LeastAllocated',
  resources: [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
  ],
};

/** A pod fits where what it asks for is still free; by default nodes with more left are preferred. */
export function nodeResourcesFit(
  { state, nominations, informers, featureGates }: PluginContext,
  args: NodeResourcesFitArgs = {},
): Plugin {
  const table = state.resources;
  const strategy = args.scoringStrategy ?? DEFAULT_STRATEGY;
  const scorer = resourceScorer(strategy);
  const packing = resourceScorer({ type: 'MostAllocated', resources: strategy.resources });
  const packed = ({ requested, capacity }: Totals) => packing(requested, capacity);
  const columns = strategy.resources.map(({ name }) => table.columnOf(name));
  const isIgnored = (name: string) =>
    args.ignoredResources?.includes(name) === true ||
    (name.includes('/') && args.ignoredResourceGroups?.includes(name.split('/', 1)[0] as string) === true);
  const classes = new DeviceClassResolver(informers, () => state.touchAll());
  /** Whether devices stand for a resource that a node does not have itself; finding these is not for this plugin. */
  const isByDevices = (name: string) => isExtendedResource(name) && classes.forResource(name) !== undefined;
  const requested = columns.map(() => 0);
  const capacity = columns.map(() => 0);
  return {
    name: NAME,
    isLocal: true,
    events: {
      NodeAdd: (pod, node) => couldFit(pod.pod, node as Node, isByDevices),
      NodeUpdateAllocatable: (pod, node, old) =>
        couldFit(pod.pod, node as Node, isByDevices) &&
        (old === undefined || hasMore(pod.pod, node as Node, old as Node)),
      AssignedPodDelete: ({ uid, class: its }, gone) => {
        const nominated = nominations.nodeOf(uid);
        const { nodeName } = (gone as Pod).spec ?? {};
        if (!nominated || !state.get(nominated) || nodeName === nominated) return true;
        // While room is being made on a node, what becomes free elsewhere helps only if it is enough.
        const slot = state.get(nodeName ?? '')?.slot;
        return slot !== undefined && verdictOf(its, table, { slot, isIgnored, isByDevices }) === undefined;
      },
      AssignedPodUpdate: ({ class: its }, now, old) =>
        hasShrunk(now as Pod, old as Pod, (name) => its.requests.columns.includes(table.columnOf(name))),
      UnscheduledPodUpdatePodScaleDown: isItself,
      DeviceClassAdd: standsForWanted,
      DeviceClassUpdate: (pod, now, old) =>
        resourceOf(now as DeviceClass) !== resourceOf(old as DeviceClass | undefined) && standsForWanted(pod, now, old),
    },
    filter: ({ pod }, { slot }) => verdictOf(pod.class, table, { slot, isIgnored, isByDevices }),
    score({ pod }, { slot }) {
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index] as number;
        // What only some nodes have and the pod does not ask for says nothing about how well it fits.
        const isIdle = column > PODS && !pod.class.requests.columns.includes(column);
        capacity[index] = isIdle ? 0 : (table.allocatable[column]?.[slot] ?? 0);
        requested[index] = requestedWith(pod.class, table, { slot, column });
      }
      return scorer(requested, capacity);
    },
    // Groups are packed tightly, whatever is done with single pods.
    ...(featureGates?.has('TopologyAwareWorkloadScheduling')
      ? { scorePlacement: (_cycle: unknown, { nodes }: Placement) => packed(totals(state, nodes, columns)) }
      : {}),
  };
}

/** What is requested of nodes altogether, and what they have, of each resource. */
function totals(state: ClusterState, nodes: Iterable<string>, columns: readonly number[]): Totals {
  const table = state.resources;
  const sums = { requested: columns.map(() => 0), capacity: columns.map(() => 0) };
  for (const name of nodes) {
    const slot = state.get(name)?.slot;
    if (slot === undefined) continue;
    for (const [index, column] of columns.entries()) {
      const taken =
        column === CPU ? table.nonZeroCpu : column === MEMORY ? table.nonZeroMemory : table.requested[column];
      sums.requested[index] = (sums.requested[index] as number) + (taken?.[slot] ?? 0);
      sums.capacity[index] = (sums.capacity[index] as number) + (table.allocatable[column]?.[slot] ?? 0);
    }
  }
  return sums;
}

interface Totals {
  readonly requested: readonly number[];
  readonly capacity: readonly number[];
}

/** Whether a pod asks for less than before of anything that another one wants. */
function hasShrunk(now: Pod, old: Pod, isWanted: (name: string) => boolean): boolean {
  // Of the many changes of pods that run hardly any is about what they ask for.
  if (now.spec === old.spec && deepEqual(toldSizes(now), toldSizes(old))) return false;
  const after = podRequests(now);
  for (const [name, amount] of podRequests(old)) if (amount > (after.get(name) ?? 0) && isWanted(name)) return true;
  return false;
}

/** Whether a node has got more of anything that a pod asks for. */
function hasMore(pod: Pod, node: Node, old: Node): boolean {
  const [now, before] = [node, old].map(
    ({ status }) => (status?.allocatable ?? {}) as Readonly<Record<string, string>>,
  );
  const amount = (has: Readonly<Record<string, string>> | undefined, name: string) =>
    amountOf(name, has?.[name] ?? '0');
  return ['pods', ...podRequests(pod).keys()].some((name) => amount(now, name) > amount(before, name));
}

const resourceOf = (deviceClass: DeviceClass | undefined): string | undefined =>
  deviceClass?.spec.extendedResourceName || undefined;

/** Whether a class of devices stands for a resource that the pod asks for. */
const standsForWanted: QueueingHint = ({ pod }, object, old) => {
  const wanted = podRequests(pod);
  if (old === undefined && wanted.has(implicitResource(object?.metadata?.name ?? ''))) return true;
  return wanted.has(resourceOf(object as DeviceClass) ?? '');
};

/** What would be requested of a node with this pod on it; CPU and memory with a guess for those that do not say. */
function requestedWith(
  podClass: PodClass,
  table: ResourceTable,
  { slot, column }: { readonly slot: number; readonly column: number },
): number {
  if (column === CPU) return (table.nonZeroCpu[slot] as number) + podClass.nonZeroCpu;
  if (column === MEMORY) return (table.nonZeroMemory[slot] as number) + podClass.nonZeroMemory;
  const { columns, values } = podClass.requests;
  const index = columns.indexOf(column);
  return (table.requested[column]?.[slot] ?? 0) + (index < 0 ? 0 : (values[index] as number));
}

/** Verdicts by their reasons, made once: many nodes get the same. */
const verdicts = new Map<string, Status>();

/** What is missing, as people are told; unresolvable when not even the empty node would do. */
function verdictOf(
  { requests: { columns, values } }: PodClass,
  table: ResourceTable,
  {
    slot,
    isIgnored,
    isByDevices,
  }: {
    readonly slot: number;
    readonly isIgnored: (name: string) => boolean;
    readonly isByDevices: (name: string) => boolean;
  },
): Status | undefined {
  let short: string[] | undefined;
  let never = false;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index] as number;
    const wanted = values[index] as number;
    const capacity = (table.allocatable[column] as Float64Array)[slot] as number;
    if (wanted <= capacity - ((table.requested[column] as Float64Array)[slot] as number)) continue;
    const name = table.names[column] as string;
    if (isIgnored(name) || (capacity === 0 && isByDevices(name))) continue;
    short ??= [];
    short.push(column === PODS ? 'Too many pods' : `Insufficient ${name}`);
    if (wanted > capacity && column !== PODS) never = true;
  }
  if (short === undefined) return undefined;
  const key = `${never}\0${short.join('\0')}`;
  let verdict = verdicts.get(key);
  if (verdict === undefined) {
    verdict = never ? unresolvable(NAME, ...short) : unschedulable(NAME, ...short);
    verdicts.set(key, verdict);
  }
  return verdict;
}

/** Whether a pod would fit on the node if it were empty. */
function couldFit(pod: Pod, node: Node, isByDevices: (name: string) => boolean): boolean {
  const has = (node.status?.allocatable ?? {}) as Readonly<Record<string, string>>;
  return [...podRequests(pod)].every(
    ([name, wanted]) => wanted <= amountOf(name, has[name] ?? '0') || (!has[name] && isByDevices(name)),
  );
}
