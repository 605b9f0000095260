import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import type { Clock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { healthyConditions, type NodePlan, nodeAddress, simulatedNode } from './node-group.ts';

/**
 * How a simulated node is doing. A partitioned node goes on by itself and reaches nobody; a stopped one has lost its
 * containers: they start anew when it runs again.
 */
export type NodeState = (typeof STATES)[number];

const STATES = ['Running', 'Partitioned', 'Stopped'] as const;

/** Whoever sets this annotation of a simulated node commands its state; without it the node runs. */
export const STATE_ANNOTATION = 'simulation.knarr.dev/state';

/**
 * A node that somebody creates with this annotation is simulated from then on, until it is deleted: so do cluster
 * autoscalers that try out what they would do, with providers made for it.
 */
export const SIMULATED_ANNOTATION = 'kwok.x-k8s.io/node';
const SIMULATED = 'fake';

export interface NodeFleetOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nodes to be registered. */
  readonly plans: readonly NodePlan[];
  /** Names of nodes that are registered already and are to be kept alive from now on. */
  readonly adopted?: readonly string[];
  /** Called when a node's state was changed, when it came, and, as stopped, when it went. */
  readonly onState: (name: string, state: NodeState, before: NodeState) => void;
}

/** Somebody waits for a node at a revision. */
interface Awaited {
  readonly name: string;
  readonly revision: number;
  readonly resolve: () => void;
}

const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
const LEASE_NAMESPACE = 'kube-node-lease';
/** So many leases are renewed at a time; a large fleet spreads them over the ten seconds. */
const RENEWED_AT_ONCE = 100;
const MOST_STEPS = 10;
/** Registrations under way at once. */
const WIDTH = 256;

/** Simulated nodes: registered, kept alive by leases, and brought down and back as people command. */
export class NodeFleet {
  readonly #options: NodeFleetOptions;
  readonly #indexes: Map<string, number>;
  /** Nodes that somebody else made, and whose leases go with them, with their uids. */
  readonly #others = new Map<string, string>();
  #nextIndex: number;
  readonly #states = new Map<string, NodeState>();
  /** As they were last written. */
  readonly #leases = new Map<string, Lease>();
  readonly #registered = deferred();
  readonly #awaited = new Set<Awaited>();
  #isLooking = true;

  constructor(options: NodeFleetOptions) {
    this.#options = options;
    const { plans, adopted = [], informers } = options;
    const names = [...plans.map(({ name }) => name), ...adopted];
    this.#indexes = new Map(names.map((name, index) => [name, index]));
    this.#nextIndex = names.length;
    informers.of(Nodes).addHandler({
      added: (node) => this.#saw(node),
      updated: (node) => this.#saw(node),
      deleted: ({ metadata }) => {
        this.#forget(metadata?.name ?? '');
        this.#tellSeen(({ name }) => name === metadata?.name);
      },
    });
  }

  /** Resolves when the nodes that were asked for are registered. */
  get registered(): Promise<void> {
    return this.#registered.promise;
  }

  has(name: string): boolean {
    return this.#indexes.has(name);
  }

  state(name: string): NodeState {
    return this.#states.get(name) ?? 'Running';
  }

  labels(name: string): Readonly<Record<string, string>> {
    return this.#options.informers.of(Nodes).store.getByKey(name)?.metadata?.labels ?? {};
  }

  /** Of a node that somebody else registered, what it was registered with. */
  address(name: string): string {
    const addresses = this.#options.informers.of(Nodes).store.getByKey(name)?.status?.addresses;
    const told = addresses?.find(({ type }) => type === 'InternalIP')?.address;
    return told ?? nodeAddress(this.#indexes.get(name) ?? 0);
  }

  /** The range of its pods' addresses; undefined when it has none. */
  podRange(name: string): string | undefined {
    return this.#options.informers.of(Nodes).store.getByKey(name)?.spec?.podCIDR;
  }

  /** Registers the nodes, then keeps them alive until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { plans, clock } = this.#options;
    await inGroups(plans, WIDTH, (plan) => this.#attempt(plan.name, () => this.#register(plan)));
    this.#registered.resolve();
    for (let step = 0; !signal.aborted; step++) {
      const names = [...this.#indexes.keys()];
      const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(names.length / RENEWED_AT_ONCE)));
      const due = names.filter((name, index) => index % steps === step % steps && this.state(name) === 'Running');
      await Promise.all(due.map((name) => this.#attempt(name, () => this.#renew(name))));
      await clock.sleep(RENEW_MS / steps, signal).catch(() => {});
    }
    this.#isLooking = false;
    this.#tellSeen(() => true);
  }

  /**
   * Commands a node's state for everybody to see: an annotation of the node, which the fleet follows. Resolves when it has.
   */
  async setState(name: string, state: NodeState): Promise<void> {
    if (!STATES.includes(state)) throw new Error(`set state of ${name}: ${state} is none of ${STATES.join(', ')}`);
    const value = state === 'Running' ? null : state;
    const { metadata } = await this.#options.client
      .of(Nodes)
      .patch(name, mergePatch({ metadata: { annotations: { [STATE_ANNOTATION]: value } } }));
    await this.#seen(name, Number(metadata?.resourceVersion));
  }

  /** Resolves when the fleet has seen a node as it was at a revision, or later, or when it looks no more. */
  #seen(name: string, revision: number): Promise<void> {
    const known = this.#options.informers.of(Nodes).store.getByKey(name);
    if (!this.#isLooking || Number(known?.metadata?.resourceVersion ?? 0) >= revision) return Promise.resolve();
    const { promise, resolve } = deferred();
    this.#awaited.add({ name, revision, resolve });
    return promise;
  }

  /** Tells those that have waited for it. */
  #tellSeen(isSeen: (awaited: Awaited) => boolean): void {
    for (const awaited of this.#awaited) {
      if (!isSeen(awaited)) continue;
      this.#awaited.delete(awaited);
      awaited.resolve();
    }
  }

  #saw(node: Node): void {
    this.#follow(node);
    const { name, resourceVersion } = node.metadata ?? {};
    this.#tellSeen((awaited) => awaited.name === name && Number(resourceVersion) >= awaited.revision);
  }

  #follow(node: Node): void {
    const name = node.metadata?.name ?? '';
    if (!this.has(name)) {
      if (node.metadata?.annotations?.[SIMULATED_ANNOTATION] !== SIMULATED) return;
      this.#takeOver(node);
    }
    const state = stateOf(node);
    const before = this.state(name);
    if (state !== before) {
      this.#states.set(name, state);
      this.#options.onState(name, state, before);
      if (state === 'Running') void this.#attempt(name, () => this.#renew(name));
    }
    // Whoever missed the node's leases has marked it; it is well, and says so.
    if (state === 'Running' && !isReady(node)) void this.#attempt(name, () => this.#report(name));
  }

  /** Its pods may have been there before it was known. */
  #takeOver(node: Node): void {
    const { name = '', uid = '' } = node.metadata ?? {};
    this.#indexes.set(name, this.#nextIndex++);
    this.#others.set(name, uid);
    this.#options.onState(name, 'Running', 'Running');
    void this.#attempt(name, () => this.#complete(node));
    void this.#attempt(name, () => this.#renew(name));
  }

  /** Whoever deletes a simulated node has it no more; registered again at the next start are those that were asked for. */
  #forget(name: string): void {
    if (!this.has(name)) return;
    this.#options.onState(name, 'Stopped', this.state(name));
    this.#indexes.delete(name);
    this.#others.delete(name);
    this.#states.delete(name);
    this.#leases.delete(name);
  }

  /** Reports what whoever made a node has left out of its status. */
  async #complete({ metadata, status }: Node): Promise<void> {
    const { name = '' } = metadata ?? {};
    const index = this.#indexes.get(name) ?? 0;
    const own = simulatedNode({ name, group: { count: 1 }, index, zone: undefined }, this.#now()).status;
    const addresses = status?.addresses?.length ? status.addresses : own?.addresses;
    const capacity = status?.capacity ?? status?.allocatable ?? own?.capacity;
    const allocatable = status?.allocatable ?? capacity;
    const nodeInfo = status?.nodeInfo?.kubeletVersion ? status.nodeInfo : own?.nodeInfo;
    const patch = mergePatch({ status: { addresses, capacity, allocatable, nodeInfo, conditions: own?.conditions } });
    await this.#options.client.of(Nodes).patch(name, patch, { subresource: 'status' });
  }

  async #register(plan: NodePlan): Promise<void> {
    await ignoring(isAlreadyExists, this.#options.client.of(Nodes).create(simulatedNode(plan, this.#now())));
  }

  async #report(name: string): Promise<void> {
    const patch = strategicPatch({ status: { conditions: healthyConditions(this.#now()) } });
    await this.#options.client.of(Nodes).patch(name, patch, { subresource: 'status' });
  }

  async #renew(name: string): Promise<void> {
    const leases = this.#options.client.of(Leases);
    const renewTime = new Date(this.#options.clock.now()).toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    const known = this.#leases.get(name) ?? (await this.#leaseOf(name));
    // What is known may be behind: then the next renewal reads it anew.
    this.#leases.delete(name);
    const renewed = known
      ? await leases.update({ ...known, spec })
      : await leases.create({ metadata: { name, namespace: LEASE_NAMESPACE, ...this.#ownerOf(name) }, spec } as Lease);
    this.#leases.set(name, renewed);
  }

  #ownerOf(name: string) {
    const uid = this.#others.get(name);
    return uid === undefined ? {} : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] };
  }

  async #leaseOf(name: string): Promise<Lease | undefined> {
    return ignoring(isNotFound, this.#options.client.of(Leases).get(name, { namespace: LEASE_NAMESPACE }));
  }

  /** A node that could not do something tries again with its next lease. */
  async #attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isNotFound(error)) this.#options.logger.debug('simulated node', { node: name, error });
    }
  }

  #now(): string {
    return formatTime(this.#options.clock.now());
  }
}

function stateOf({ metadata }: Node): NodeState {
  const value = metadata?.annotations?.[STATE_ANNOTATION];
  return value === 'Partitioned' || value === 'Stopped' ? value : 'Running';
}

const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

async function inGroups<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += width) {
    await Promise.all(items.slice(start, start + width).map(work));
  }
}
