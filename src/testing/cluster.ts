import { randomUUID } from 'node:crypto';
import type { AdmissionPluginChoice } from '#apiserver/admission/plugins.ts';
import { ApiServer } from '#apiserver/api-server.ts';
import type { OperationsOptions } from '#apiserver/operations.ts';
import { SYSTEM_MASTERS, type UserInfo } from '#apiserver/user.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import { type Random, systemRandom } from '#base/random.ts';
import { Client } from '#client/client.ts';
import type { ComponentEnvironment } from '#cluster/component-context.ts';
import { type Component, ComponentGroup } from '#cluster/component-group.ts';
import { createControllerManager } from '#cluster/controller-manager.ts';
import { generateIssuerKeyPem, loadIssuerKey } from '#cluster/issuer-key.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { createSimulationComponent } from '#cluster/simulation-component.ts';
import type { ControllersOptions } from '#controllers/index.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import type { Store } from '#storage/store.ts';
import { type Endpoint, listen } from './endpoint.ts';

export interface ClusterOptions extends AdmissionPluginChoice {
  /** Where objects are kept; in memory by default. The caller closes a store of its own. */
  readonly store?: Store;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Runs all built-in controllers (the default), those named, or none. */
  readonly controllers?: boolean | readonly string[];
  readonly controllersOptions?: ControllersOptions;
  /** Whether pods are scheduled; true by default. */
  readonly scheduler?: boolean;
  /** How the API server is operated. */
  readonly operations?: Omit<OperationsOptions, 'clock' | 'logger'>;
  /** Nodes that run nothing and report everything. */
  readonly simulatedNodes?: number;
}

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
  readonly #store: Store | undefined;

  private constructor(environment: ComponentEnvironment, ownStore: Store | undefined) {
    this.environment = environment;
    this.apiServer = environment.apiServer;
    this.client = this.clientFor(ADMIN);
    this.#components = new ComponentGroup(environment.logger);
    this.#store = ownStore;
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const store = options.store ?? createMemoryStore();
    const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
    const issuerKey = await loadIssuerKey(generateIssuerKeyPem());
    const parts = { store, clock, random, logger, newUid: randomUUID, issuerKey };
    const { enableAdmissionPlugins, disableAdmissionPlugins, admissionConfigurations } = options;
    const admission = { enableAdmissionPlugins, disableAdmissionPlugins, admissionConfigurations };
    const apiServer = await ApiServer.start({ ...parts, ...options.operations, ...admission });
    const cluster = new Cluster({ apiServer, clock, random, logger }, options.store ? undefined : store);
    if (options.scheduler ?? true) cluster.run(createSchedulerComponent(cluster.environment));
    if (options.simulatedNodes) cluster.run(createSimulationComponent(cluster.environment, options.simulatedNodes));
    const { controllers = true, controllersOptions } = options;
    if (controllers) {
      const only = controllers === true ? {} : { only: controllers };
      cluster.run(createControllerManager(cluster.environment, { ...controllersOptions, ...only }));
    }
    return cluster;
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
  listen(): Promise<Endpoint> {
    return listen(this.apiServer, this.environment.clock);
  }

  async stop(): Promise<void> {
    await this.#components.stop();
    await this.apiServer.close(0);
    await this.#store?.close();
  }
}
