import { Nodes } from '#api/core/v1/node.ts';
import { type ClusterRoleBinding, ClusterRoleBindings } from '#api/rbac/v1/cluster-role-binding.ts';
import { SYSTEM_MASTERS } from '#apiserver/user.ts';
import { versionInfo } from '#apiserver/version.ts';
import { systemClock } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import { Client } from '#client/client.ts';
import { mergePatch } from '#client/options.ts';
import { createOciRuntime } from '#cri/oci/oci-runtime.ts';
import type { ContainerRuntime, ImageService } from '#cri/runtime.ts';
import { createKubelet } from '#kubelet/kubelet.ts';
import { removeKubeletFiles } from '#kubelet/remove-kubelet-files.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { PodNetworkTakenError } from '#network/pod-network/other-network.ts';
import { createRoutedPodNetwork, type RoutedPodNetwork } from '#network/pod-network/routed-pod-network.ts';
import { ServiceProxy } from '#network/proxy/service-proxy.ts';
import { CommandError } from './command-error.ts';
import { type ComponentEnvironment, createComponentContext } from './component-context.ts';
import type { ComponentGroup } from './component-group.ts';
import { type Credentials, KUBELET_CLIENT } from './credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { createDnsComponent } from './dns-component.ts';
import { NODE_NETWORK } from './node-network.ts';
import { nodePaths } from './node-paths.ts';
import { missingForNode } from './node-requirements.ts';
import { createServiceProxyComponent, serviceTable } from './service-proxy-component.ts';

/** The parts of the local node that stand before the API server: its network and its container engine. */
export interface NodeBase {
  readonly network: RoutedPodNetwork;
  readonly runtime: ContainerRuntime;
  close(): Promise<void>;
}

/** The images of a cluster's node; works whether the cluster runs or not. */
export const openImageService = (data: DataDirectory): ImageService =>
  createNodeBase(data, { logger: silentLogger }).runtime.images;

/** Prepares network and engine; running containers are found again. */
export async function startNodeBase(data: DataDirectory, options: NodeBaseOptions): Promise<NodeBase> {
  const { network, runtime } = createNodeBase(data, options);
  try {
    await runtime.start();
  } catch (error) {
    if (!(error instanceof PodNetworkTakenError)) throw error;
    const help = 'delete that cluster first, or start this one with --runtime none';
    throw new CommandError(`start node: ${error.message}: ${help}`, { cause: error });
  }
  return {
    network,
    runtime,
    async close() {
      await runtime.close();
    },
  };
}

interface NodeBaseOptions {
  readonly logger: Logger;
  /** The pods of all nodes; those of this one are a part of them. */
  readonly clusterCidr?: string;
}

function createNodeBase(data: DataDirectory, { logger, clusterCidr = NODE_NETWORK.clusterCidr }: NodeBaseOptions) {
  const paths = nodePaths(data);
  const { podCidr } = NODE_NETWORK;
  const clock = systemClock;
  const owner = `the cluster in ${data.root}`;
  const network = createRoutedPodNetwork({
    ...{ owner, podCidr, clusterCidr },
    stateDirectory: paths.network,
    clock,
    logger,
  });
  const runtime = createOciRuntime({
    rootDirectory: paths.containers,
    stateDirectory: paths.state,
    network,
    clock,
    logger,
  });
  return { network, runtime };
}

export interface LocalNodeOptions {
  readonly data: DataDirectory;
  readonly environment: ComponentEnvironment;
  readonly components: ComponentGroup;
  readonly credentials: Credentials;
  readonly base: NodeBase;
  readonly nodeName: string;
}

/** Starts the node agent, the service proxy and DNS; resolves when the node has been told to be ready. */
export async function startLocalNode(options: LocalNodeOptions): Promise<void> {
  const { data, environment, components, credentials, base, nodeName } = options;
  const { apiServer } = environment;
  const { nodeAddress, podCidr, serviceCidr, dnsAddress, clusterDomain } = NODE_NETWORK;
  const paths = nodePaths(data);
  const node = createComponentContext(environment, {
    user: { name: `system:node:${nodeName}`, groups: ['system:nodes'] },
    component: 'kubelet',
    host: nodeName,
  });
  const kubelet = createKubelet({
    ...node,
    runtime: base.runtime,
    nodeName,
    nodeAddresses: [
      { type: 'InternalIP', address: nodeAddress },
      { type: 'Hostname', address: nodeName },
    ],
    rootDirectory: paths.kubelet,
    podLogsDirectory: paths.logs,
    clusterDns: [dnsAddress],
    clusterDomain,
    serving: {
      host: nodeAddress,
      port: 0,
      key: credentials.kubeletServer.key,
      cert: credentials.kubeletServer.certificate,
      clientCa: credentials.ca,
    },
    labels: {},
    version: versionInfo.gitVersion,
  });
  apiServer.useNodeCredentials({
    tls: { key: credentials.kubeletClient.key, cert: credentials.kubeletClient.certificate, ca: credentials.ca },
  });
  const admin = new Client(apiServer.transport({ name: 'system:knarr', groups: [SYSTEM_MASTERS] }));
  await allowKubeletClient(admin);
  components.start({ name: 'kubelet', run: (signal) => kubelet.run(signal) });
  components.start(createServiceProxyComponent(environment, { data, podCidr, serviceCidr }));
  components.start(
    createDnsComponent(environment, { host: nodeAddress, clusterIP: dnsAddress, domain: clusterDomain, admin }),
  );
  apiServer.useOwnEndpoint(nodeName, { host: nodeAddress, port: await kubelet.port() });
  await kubelet.ready();
  // A role is given to a node: agents may not take one.
  await admin.of(Nodes).patch(nodeName, mergePatch({ metadata: { labels: { [ROLE_LABEL]: '' } } }));
}

/** The API server may reach nodes: their agents ask whether it may. */
async function allowKubeletClient(admin: Client): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding: ClusterRoleBinding = {
    metadata: { name: KUBELET_CLIENT },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
    subjects: [{ apiGroup, kind: 'User', name: KUBELET_CLIENT }],
  };
  await ignoring(isAlreadyExists, admin.of(ClusterRoleBindings).create(binding));
}

const ROLE_LABEL = 'node-role.kubernetes.io/control-plane';

/** Removes what the node made outside the data directory: containers, mounts, devices, rules. */
export async function destroyNode(data: DataDirectory): Promise<void> {
  if (missingForNode(process.env) !== undefined) return;
  const { network, runtime } = createNodeBase(data, { logger: silentLogger });
  // Detaching pods needs the network's address book, and nothing more of the network.
  await network.open();
  await runtime.destroy();
  await removeKubeletFiles(nodePaths(data).kubelet);
  await network.destroy();
  const keepRoute = (await network.otherOwner()) !== undefined;
  await ServiceProxy.destroy({ table: serviceTable(data), serviceCidr: NODE_NETWORK.serviceCidr, keepRoute });
}
