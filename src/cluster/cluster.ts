import { randomUUID } from 'node:crypto';
import { SYSTEM_MASTERS, type UserInfo } from '#apiserver/user.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { systemRandom } from '#base/random.ts';
import { Client } from '#client/client.ts';
import type { SimulationConfiguration } from '#simulation/simulation.ts';
import type { Store } from '#storage/store.ts';
import { CommandError } from './command-error.ts';
import type { ComponentEnvironment } from './component-context.ts';
import { ComponentGroup } from './component-group.ts';
import { createControllerManager, createElectedControllerManager } from './controller-manager.ts';
import type { Credentials } from './credentials.ts';
import { readSigningCa } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { ensureDefaultServiceAccount } from './default-service-account.ts';
import { ensureDefaultStorageClass } from './default-storage-class.ts';
import { createHostPathProvisioner } from './host-path-provisioner.ts';
import type { NodeBase } from './local-node.ts';
import { machineAddress } from './machine-address.ts';
import { NODE_NETWORK } from './node-network.ts';
import { missingForNode } from './node-requirements.ts';
import type { PodNetworkConfiguration } from './pod-network-flags.ts';
import type { Progress } from './progress.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import { createElectedScheduler, createSchedulerComponent } from './scheduler-component.ts';
import { type RunningServer, startServer } from './server.ts';
import type { ServerConfiguration } from './server-configuration.ts';
import { createSimulationComponent } from './simulation-component.ts';

export interface StartOptions {
  readonly data: DataDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly progress: Progress;
  readonly apiHost: string;
  readonly apiPort: number;
  readonly runtime: 'auto' | 'oci' | 'none';
  readonly nodeName: string;
  /** Simulated nodes, and those that others make; undefined where nobody asked for any. */
  readonly simulation: SimulationConfiguration | undefined;
  /** Another cluster to begin with, where this one is empty. */
  readonly recorded: RecordedCluster | undefined;
  /** Whether controllers and scheduler act only while they hold their Leases, as where there are several of them. */
  readonly leaderElect: boolean;
  /** Where the pods of all nodes get their addresses from. */
  readonly podNetwork: PodNetworkConfiguration;
  /** How the API server is operated. */
  readonly configuration: ServerConfiguration;
}

export interface RunningCluster {
  /** `https://host:port` */
  readonly server: string;
  readonly credentials: Credentials;
  /** Stops every component; containers keep running. */
  stop(): Promise<void>;
}

/** Who makes what every cluster comes with. */
const ADMINISTRATOR: UserInfo = { name: 'kubernetes-admin', groups: [SYSTEM_MASTERS] };

/** The whole cluster in this process: what `knarr up` runs. */
export async function startCluster(options: StartOptions): Promise<RunningCluster> {
  const { progress, logger, clock } = options;
  const base = await startBase(options);
  const components = new ComponentGroup(logger);
  let server: RunningServer | undefined;
  const stop = async () => {
    await server?.apiServer.beginShutdown(options.configuration.shutdownDelayMs);
    await components.stop();
    await server?.close();
    await base?.close();
  };
  try {
    progress.step('API server');
    server = await openServer(options, base !== undefined);
    const host = base ? NODE_NETWORK.nodeAddress : machineAddress();
    await server.apiServer.publish({ host, port: server.address.port });
    const environment = { apiServer: server.apiServer, clock, random: systemRandom, logger };
    startControlPlane(options, { environment, components, ca: server.credentials.ca });
    const client = new Client(server.apiServer.transport(ADMINISTRATOR));
    await ensureDefaultStorageClass(client);
    if (!options.configuration.controllers) await ensureDefaultServiceAccount(client);
    if (base) await startNode(options, { base, server, environment, components });
  } catch (error) {
    await stop();
    throw error;
  }
  const { address, port } = server.address;
  return { server: `https://${address}:${port}`, credentials: server.credentials, stop };
}

/** Network and container engine, where the machine has what they need and the user wants a node. */
async function startBase({ runtime, data, logger, progress, podNetwork }: StartOptions): Promise<NodeBase | undefined> {
  if (runtime === 'none') return undefined;
  const missing = missingForNode(process.env);
  if (missing !== undefined) {
    if (runtime === 'oci') throw new CommandError(`start node: ${missing}`);
    progress.warn(`${missing}; starting without a local node`);
    return undefined;
  }
  progress.step('Container engine');
  const { startNodeBase } = await import('./local-node.ts');
  return startNodeBase(data, { logger, clusterCidr: podNetwork.clusterCidr });
}

function openServer(options: StartOptions, withNode: boolean): Promise<RunningServer> {
  const { data, clock, logger, nodeName, apiHost, apiPort, configuration, recorded, progress } = options;
  const podHosts = withNode ? [NODE_NETWORK.nodeAddress] : [];
  const prepareStore = async (store: Store) => {
    if (recorded === undefined || store.revision > 1) return;
    for (const { apiVersion, kind, name, reason } of await recorded.load(store, clock.now()))
      progress.warn(`${apiVersion} ${kind} ${name} is left out: ${reason}`);
  };
  const at = { host: apiHost, port: apiPort, podHosts };
  return startServer({ data, clock, logger, nodeName, ...at, configuration, prepareStore });
}

function startControlPlane(
  { data, progress, simulation, recorded, leaderElect, nodeName, podNetwork, configuration }: StartOptions,
  { environment, components, ca }: { environment: ComponentEnvironment; components: ComponentGroup; ca: string },
): void {
  progress.step('Controllers and scheduler');
  const signingCa = () => readSigningCa(data);
  // Whoever elects a leader may do so with other machines.
  const volumeProvisioner = createHostPathProvisioner(data.path('volumes'), leaderElect ? { node: nodeName } : {});
  // The node of this machine has the range that its network is made with.
  const pinned = { [nodeName]: NODE_NETWORK.podCidr };
  const only = configuration.controllers ? { only: configuration.controllers } : {};
  const controllers = { ...only, rootCa: ca, signingCa, volumeProvisioner, podNetwork: { ...podNetwork, pinned } };
  if (leaderElect) {
    const identity = `${nodeName}_${randomUUID()}`;
    components.start(createElectedControllerManager(environment, identity, controllers));
    components.start(createElectedScheduler(environment, identity, configuration.scheduler));
  } else {
    components.start(createControllerManager(environment, controllers));
    components.start(createSchedulerComponent(environment, configuration.scheduler));
  }
  const adoptedNodes = recorded?.nodes ?? [];
  if (simulation === undefined && adoptedNodes.length === 0) return;
  const count = (simulation?.nodes ?? []).reduce((sum, group) => sum + group.count, adoptedNodes.length);
  progress.step(`${count} simulated nodes`);
  components.start(createSimulationComponent(environment, { ...simulation, adoptedNodes }));
}

async function startNode(
  { data, nodeName, progress }: StartOptions,
  parts: { base: NodeBase; server: RunningServer; environment: ComponentEnvironment; components: ComponentGroup },
): Promise<void> {
  const { base, server, environment, components } = parts;
  progress.step(`Node ${nodeName}`);
  const { startLocalNode } = await import('./local-node.ts');
  await startLocalNode({ data, environment, components, credentials: server.credentials, base, nodeName });
}
