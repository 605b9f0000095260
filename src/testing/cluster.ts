import { randomUUID } from 'node:crypto';
import type { AdmissionPluginChoice } from '#apiserver/admission/plugins.ts';
import { ApiServer } from '#apiserver/api-server.ts';
import type { OperationsOptions } from '#apiserver/operations.ts';
import { SYSTEM_MASTERS, type UserInfo } from '#apiserver/user.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import { type Random, seededRandom, systemRandom, uuidFrom } from '#base/random.ts';
import { Client } from '#client/client.ts';
import type { ComponentEnvironment } from '#cluster/component-context.ts';
import { type Component, ComponentGroup } from '#cluster/component-group.ts';
import { createControllerManager } from '#cluster/controller-manager.ts';
import { ensureDefaultServiceAccount } from '#cluster/default-service-account.ts';
import { ensureDefaultStorageClass } from '#cluster/default-storage-class.ts';
import { boundHeapGrowth } from '#cluster/heap-growth.ts';
import { generateIssuerKeyPem, loadIssuerKey } from '#cluster/issuer-key.ts';
import { readRecordedCluster } from '#cluster/recorded-cluster.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { createSimulationComponent } from '#cluster/simulation-component.ts';
import type { ControllersOptions } from '#controllers/index.ts';
import type { Simulation, SimulationConfiguration } from '#simulation/simulation.ts';
import { checkSimulation } from '#simulation/validation.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import type { Store } from '#storage/store.ts';
import { type Endpoint, listen } from './endpoint.ts';
import { passTime } from './pass-time.ts';
import { UNBACKED_VOLUMES } from './unbacked-volumes.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface ClusterOptions extends AdmissionPluginChoice {
  /** Where objects are kept; in memory by default. The caller closes a store of its own. */
  readonly store?: Store;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /**
   * Runs all built-in controllers (the default), those named, or none. With all of them there is the default storage class
   * that `knarr up` has, too; nothing lies behind its volumes. So is the service account that pods use by default.
   */
  readonly controllers?: boolean | readonly string[];
  readonly controllersOptions?: ControllersOptions;
  /** Whether pods are scheduled; true by default. */
  readonly scheduler?: boolean;
  /** Features to turn on, of `featureGates`. */
  readonly featureGates?: readonly string[];
  /** How the API server is operated. */
  readonly operations?: Omit<OperationsOptions, 'clock' | 'logger'>;
  /** Nodes that run nothing and report everything. */
  readonly simulatedNodes?: number;
  /** The same in detail, beside those: groups of nodes, and the stages of their pods. */
  readonly simulation?: SimulationConfiguration;
  /** A file with a recorded cluster to begin with: its nodes are simulated, its pods go on where they were. */
  readonly recorded?: string;
  /** Makes everything random repeatable: with a virtual clock, the same seed gives the same history, names and uids included. */
  readonly seed?: number;
}

/** So many nodes come with so many pods that the process's memory is of interest. */
const MANY_NODES = 500;

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: [SYSTEM_MASTERS] };

/**
 * A cluster inside this process, without sockets unless `listen` is called:
 * `const cluster = await Cluster.start({ simulatedNodes: 3 })`, then `cluster.client`, at the end
 * `await cluster.stop()`.
 */
export class Cluster {
  /** A client that may do everything. */
  readonly client: Client;
  readonly apiServer: ApiServer;
  readonly environment: ComponentEnvironment;
  readonly #components: ComponentGroup;
  readonly #storage: Store;
  readonly #closesStore: boolean;
  #simulation: Simulation | undefined;
  #isStopped = false;

  private constructor(environment: ComponentEnvironment, store: { readonly storage: Store; readonly isOwn: boolean }) {
    this.environment = environment;
    this.apiServer = environment.apiServer;
    this.client = this.clientFor(ADMIN);
    this.#components = new ComponentGroup(environment.logger);
    this.#storage = store.storage;
    this.#closesStore = store.isOwn;
  }

  /** Resolves when pods can be made, and the simulated nodes are there. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const simulation = simulationOf(options);
    const store = options.store ?? createMemoryStore();
    const { clock = systemClock, seed, logger = silentLogger } = options;
    const random = options.random ?? (seed === undefined ? systemRandom : seededRandom(seed));
    const newUid = seed === undefined ? randomUUID : () => uuidFrom(random);
    const recorded = options.recorded === undefined ? undefined : await readRecordedCluster(options.recorded);
    const skipped = (await recorded?.load(store, clock.now())) ?? [];
    for (const object of skipped) logger.warn('recorded object left out', { ...object });
    const issuerKey = await loadIssuerKey(generateIssuerKeyPem());
    const featureGates = new Set(options.featureGates);
    const parts = { store, clock, random, logger, newUid, issuerKey, featureGates };
    const { enableAdmissionPlugins, disableAdmissionPlugins, admissionConfigurations } = options;
    const admission = { enableAdmissionPlugins, disableAdmissionPlugins, admissionConfigurations };
    const apiServer = await ApiServer.start({ ...parts, ...options.operations, ...admission });
    const cluster = new Cluster(
      { apiServer, clock, random, logger },
      { storage: store, isOwn: options.store === undefined },
    );
    const { controllers = true, controllersOptions } = options;
    if (controllers === true) {
      await ensureDefaultStorageClass(cluster.client);
      await ensureDefaultServiceAccount(cluster.client);
    }
    if (options.scheduler ?? true) cluster.run(createSchedulerComponent(cluster.environment));
    cluster.#simulate(simulation, recorded?.nodes ?? []);
    if (controllers) {
      const only = controllers === true ? {} : { only: controllers };
      const own = { volumeProvisioner: UNBACKED_VOLUMES, ...controllersOptions, ...only };
      cluster.run(createControllerManager(cluster.environment, own));
    }
    await cluster.#simulation?.fleet.registered;
    return cluster;
  }

  /** The simulated nodes, to bring them down and back. Throws when there are none. */
  get simulation(): Simulation {
    if (this.#simulation === undefined) throw new Error('simulate nodes: the cluster was started without');
    return this.#simulation;
  }

  /**
   * Moves the cluster's virtual clock on by so many milliseconds. Whatever falls due on the way is done, with all that
   * follows from it, before time goes on. Throws unless the cluster was started with a `VirtualClock`.
   */
  async advance(milliseconds: number): Promise<void> {
    const { clock } = this.environment;
    if (!(clock instanceof VirtualClock)) throw new Error('advance clock: the cluster runs on the real clock');
    if (!(milliseconds >= 0 && milliseconds < Infinity))
      throw new Error(`advance clock: ${milliseconds} is no number of milliseconds`);
    await passTime(clock, milliseconds, () => this.#storage.revision);
  }

  /** Runs a component until the cluster stops. */
  run(component: Component): void {
    this.#components.start(component);
  }

  /** A client that acts as somebody, with what RBAC allows them. */
  clientFor(user: UserInfo): Client {
    return new Client(this.apiServer.transport(user));
  }

  /** Serves HTTPS on a free port of the loopback address, for clients outside this process. */
  async listen(): Promise<Endpoint> {
    if (this.#isStopped) throw new Error('listen: the cluster was stopped');
    return listen(this.apiServer, this.environment.clock);
  }

  #simulate(simulation: SimulationConfiguration | undefined, adoptedNodes: readonly string[]): void {
    if (simulation === undefined && adoptedNodes.length === 0) return;
    const count = (simulation?.nodes ?? []).reduce((sum, group) => sum + group.count, adoptedNodes.length);
    if (count >= MANY_NODES) this.run({ name: 'heap', run: (signal) => boundHeapGrowth(systemClock, signal) });
    this.#simulation = createSimulationComponent(this.environment, { ...simulation, adoptedNodes });
    this.run(this.#simulation);
  }

  /** Ends all that it does; what is asked of it after that has no meaning. Once more does no harm. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#components.stop();
    await this.apiServer.close(0);
    if (this.#closesStore) await this.#storage.close();
  }
}

/** What is to be simulated; undefined when nothing was asked for. Throws a `SimulationError` that names what cannot be. */
function simulationOf({ simulatedNodes = 0, simulation }: ClusterOptions): SimulationConfiguration | undefined {
  if (simulation === undefined && simulatedNodes === 0) return undefined;
  const { nodes = [], ...how } = simulation ?? {};
  const asked = { ...how, nodes: simulatedNodes === 0 ? nodes : [...nodes, { count: simulatedNodes }] };
  checkSimulation(asked);
  return asked;
}
