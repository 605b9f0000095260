import { setMaxListeners } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Services } from '#api/core/v1/service.ts';
import { deferred } from '#base/deferred.ts';
import { Informer } from '#client/informer.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { parseResolvConf } from './container/dns.ts';
import { GarbageCollector } from './garbage/garbage-collector.ts';
import { ImageManager } from './images/image-manager.ts';
import { readMachineInfo } from './node/machine-info.ts';
import { NodeAgent } from './node/node-agent.ts';
import { keepNodeLease } from './node/node-lease.ts';
import { nodeResources } from './node/node-resources.ts';
import type { KubeletOptions } from './options.ts';
import type { PodContext } from './pod/pod-context.ts';
import { PodManager } from './pod/pod-manager.ts';
import { PodDirectories } from './pod-directories.ts';
import { ProbeManager } from './probes/probe-manager.ts';
import { ReferencedObjects } from './referenced-objects.ts';
import { KubeletServer } from './server/kubelet-server.ts';
import { BackOff } from './sync/back-off.ts';
import { PodCertificates } from './volumes/pod-certificates.ts';
import { ServiceAccountTokens } from './volumes/service-account-tokens.ts';
import { TrustBundles } from './volumes/trust-bundles.ts';
import { VolumeManager } from './volumes/volume-manager.ts';

const BACK_OFF = { initialMs: 10_000, maxMs: 300_000 };
const DEFAULT_MAX_PODS = 110;
const DEFAULT_VERSION = 'v1.36.0';

/** The node agent: runs the pods that are bound to its node, and tells the API server of them and of the node. */
export interface Kubelet {
  /** Runs until the signal aborts, then resolves; containers keep running and are found by the next kubelet. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when the node has been told to be ready; rejects when the kubelet stops before. */
  ready(): Promise<void>;
  /** Resolves with the port of the node's API once it listens; 0 when it serves none. */
  port(): Promise<number>;
}

export function createKubelet(options: KubeletOptions): Kubelet {
  const ready = deferred();
  const port = deferred<number>();
  for (const { promise } of [ready, port]) promise.catch(() => {});
  return {
    async run(signal) {
      // Every pod listens for the end.
      const ends = AbortSignal.any([signal]);
      setMaxListeners(0, ends);
      try {
        await runKubelet(options, ends, { ready: ready.resolve, port: port.resolve });
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        const stopped = new Error('run kubelet: stopped');
        ready.reject(stopped);
        port.reject(stopped);
      }
    },
    ready: () => ready.promise,
    port: () => port.promise,
  };
}

async function runKubelet(
  options: KubeletOptions,
  signal: AbortSignal,
  report: { readonly ready: () => void; readonly port: (port: number) => void },
): Promise<void> {
  const { client, runtime, events, clock, logger, nodeName, rootDirectory } = options;
  await mkdir(join(rootDirectory, 'pods'), { recursive: true });
  const [machine, version, resolvConf] = await Promise.all([
    readMachineInfo(rootDirectory),
    runtime.runtime.version(),
    options.resolvConf ?? readFile('/etc/resolv.conf', 'utf8').catch(() => ''),
  ]);
  const resources = nodeResources(machine, {
    maxPods: options.maxPods ?? DEFAULT_MAX_PODS,
    overrides: options.capacity ?? {},
  });
  const directories = new PodDirectories(
    rootDirectory,
    options.podLogsDirectory ?? join(rootDirectory, 'logs', 'pods'),
  );
  const wake = (podUid: string) => pods.wake(podUid);
  const objects = new ReferencedObjects({ client, clock, logger, onChange: wake });
  const bundles = new TrustBundles({ client, clock, logger, onChange: wake });
  const certificates = new PodCertificates({ client, nodeName, events, clock, logger, onChange: wake });
  const images = new ImageManager({
    images: runtime.images,
    objects,
    events,
    clock,
    backOff: new BackOff({ clock, ...BACK_OFF }),
  });
  const probes = new ProbeManager({ runtime: runtime.runtime, events, clock, onChange: wake });
  const services = new Informer(client.of(Services), { clock, logger });
  const context: PodContext = {
    client,
    runtime: runtime.runtime,
    runtimeName: () => version.runtimeName,
    images,
    volumes: new VolumeManager({
      directories,
      objects,
      tokens: new ServiceAccountTokens(client, clock),
      bundles,
      certificates,
      allocatable: () => resources.allocatable,
    }),
    objects,
    probes,
    crashBackOff: new BackOff({ clock, ...BACK_OFF }),
    events,
    clock,
    logger,
    directories,
    dns: { clusterDns: options.clusterDns, clusterDomain: options.clusterDomain, host: parseResolvConf(resolvConf) },
    nodeName,
    nodeAddresses: options.nodeAddresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
    allocatable: () => resources.allocatable,
    memoryBytes: () => parseQuantity(resources.capacity['memory'] ?? '1').value(),
    services: async () => {
      await services.synced();
      return services.store.list();
    },
  };
  const pods = new PodManager(context, signal);
  const server =
    options.serving &&
    new KubeletServer({ ...context, images: runtime.images, pods, serving: options.serving, nodeName, machine });
  const servingPort = (await server?.listen()) ?? 0;
  report.port(servingPort);
  const node = new NodeAgent({
    client,
    runtime,
    clock,
    logger,
    events,
    nodeName,
    addresses: withHostname(options),
    labels: options.labels ?? {},
    taints: options.taints ?? [],
    machine,
    directory: rootDirectory,
    resources,
    port: () => servingPort,
    version: options.version ?? DEFAULT_VERSION,
    runtimeVersion: () => `${version.runtimeName}://${version.runtimeVersion}`,
  });
  events.record(
    { kind: 'Node', apiVersion: 'v1', metadata: { name: nodeName, uid: nodeName } },
    'Normal',
    'Starting',
    'Starting kubelet.',
  );
  void node.ready().then(report.ready, () => {});
  const garbage = new GarbageCollector({ runtime, images, clock, logger });
  try {
    await Promise.all([
      services.run(signal),
      pods.run(),
      node.run(signal),
      keepNodeLease({ client, clock, logger, nodeName, node: () => node.node }, signal),
      garbage.run(signal),
    ]);
  } finally {
    probes.close();
    objects.close();
    bundles.close();
    certificates.close();
    await server?.close();
  }
}

const withHostname = ({ nodeAddresses, nodeName }: KubeletOptions): KubeletOptions['nodeAddresses'] =>
  nodeAddresses.some(({ type }) => type === 'Hostname')
    ? nodeAddresses
    : [...nodeAddresses, { type: 'Hostname', address: nodeName }];
