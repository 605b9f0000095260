import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import type { InformerFactory } from '#client/informer-factory.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { healthyConditions, type NodePlan, nodeAddress, simulatedNode } from './node-group.ts';

/**
 * How a simulated node is doing. A partitioned node goes on by itself and reaches nobody; a stopped one has lost its
 * containers: they start anew when it runs again.
 */
export type NodeState = 'Running' | 'Partitioned' | 'Stopped';

/** Whoever sets this annotation of a simulated node commands its state; without it the node runs. */
export const STATE_ANNOTATION = 'simulation.knarr.dev/state';

export interface NodeFleetOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Nodes to be registered. */
  readonly plans: readonly NodePlan[];
  /** Names of nodes that are registered already and are to be kept alive from now on. */
  readonly adopted?: readonly string[];
  /** Called when a node's state was changed. */
  readonly onState: (name: string, state: NodeState, before: NodeState) => void;
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
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #states = new Map<string, NodeState>();
  /** As they were last written. */
  readonly #leases = new Map<string, Lease>();

  constructor(options: NodeFleetOptions) {
    this.#options = options;
    const { plans, adopted = [], informers } = options;
    const names = [...plans.map(({ name }) => name), ...adopted];
    this.#indexes = new Map(names.map((name, index) => [name, index]));
    informers.of(Nodes).addHandler({
      added: (node) => this.#follow(node),
      updated: (node) => this.#follow(node),
      deleted: () => {},
    });
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

  address(name: string): string {
    return nodeAddress(this.#indexes.get(name) ?? 0);
  }

  /** Registers the nodes, then keeps them alive until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { plans, clock } = this.#options;
    await inGroups(plans, WIDTH, (plan) => this.#attempt(plan.name, () => this.#register(plan)));
    const names = [...this.#indexes.keys()];
    const steps = Math.min(MOST_STEPS, Math.max(1, Math.ceil(names.length / RENEWED_AT_ONCE)));
    for (let step = 0; !signal.aborted; step = (step + 1) % steps) {
      const due = names.filter((name, index) => index % steps === step && this.state(name) === 'Running');
      await Promise.all(due.map((name) => this.#attempt(name, () => this.#renew(name))));
      await clock.sleep(RENEW_MS / steps, signal).catch(() => {});
    }
  }

  /** Commands a node's state for everybody to see: an annotation of the node, which the fleet follows. */
  async setState(name: string, state: NodeState): Promise<void> {
    const value = state === 'Running' ? null : state;
    await this.#options.client
      .of(Nodes)
      .patch(name, mergePatch({ metadata: { annotations: { [STATE_ANNOTATION]: value } } }));
  }

  #follow(node: Node): void {
    const name = node.metadata?.name ?? '';
    if (!this.has(name)) return;
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

  async #register(plan: NodePlan): Promise<void> {
    try {
      await this.#options.client.of(Nodes).create(simulatedNode(plan, this.#now()));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
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
      : await leases.create({ metadata: { name, namespace: LEASE_NAMESPACE }, spec } as Lease);
    this.#leases.set(name, renewed);
  }

  async #leaseOf(name: string): Promise<Lease | undefined> {
    try {
      return await this.#options.client.of(Leases).get(name, { namespace: LEASE_NAMESPACE });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
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
