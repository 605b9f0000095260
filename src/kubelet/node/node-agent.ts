import { type Node, Nodes } from '#api/core/v1/node.ts';
import type { NodeAddress, NodeCondition } from '#api/core/v1/node-status.ts';
import { NodeStatus } from '#api/core/v1/node-status.ts';
import type { Clock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { strategicPatch } from '#client/options.ts';
import type { ContainerRuntime } from '#cri/runtime.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { createStrategicMergePatch } from '#machinery/patch/strategic-diff.ts';
import type { EventSink } from '../event-sink.ts';
import { architecture, type MachineInfo } from './machine-info.ts';
import { nodeConditions } from './node-conditions.ts';
import type { NodeResources } from './node-resources.ts';
import { readPressure } from './pressure.ts';

export interface NodeAgentOptions {
  readonly client: Client;
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventSink;
  readonly nodeName: string;
  readonly addresses: readonly NodeAddress[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: NonNullable<NonNullable<Node['spec']>['taints']>;
  readonly machine: MachineInfo;
  /** Where pods' files are; its file system is watched. */
  readonly directory: string;
  readonly resources: NodeResources;
  readonly port: () => number;
  readonly version: string;
  readonly runtimeVersion: () => string;
}

/** How often the machine is looked at; the API server hears of it when something changed. */
const LOOK_MS = 10_000;
const REPORT_MS = 300_000;
const RETRY_MS = 200;
/** What pods may ask of this node agent that others of its version may not know. */
const DECLARED_FEATURES = ['InPlacePodVerticalScalingInitContainers'];
const MAX_IMAGES = 50;

/** Registers the node and keeps its status current. */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #ready = deferred();
  #node: Node | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #lookNow: (() => void) | undefined;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {});
  }

  get node(): Node | undefined {
    return this.#node;
  }

  /** Resolves when the API server has been told for the first time that the node is ready. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Looks at the machine now instead of within ten seconds. */
  look(): void {
    this.#lookNow?.();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted) {
      try {
        if (this.#node === undefined) await this.#register();
        else await this.#refresh();
        await this.#report();
      } catch (error) {
        if (isNotFound(error)) this.#node = undefined;
        logger.debug('node status not told, will retry', { error });
        await clock.sleep(RETRY_MS, signal).catch(() => {});
        continue;
      }
      // Not ready yet: what is missing may come any moment.
      await this.#wait(this.#isReady() ? LOOK_MS : RETRY_MS, signal);
    }
    this.#ready.reject(new Error('run node agent: stopped before the node was ready'));
  }

  #isReady(): boolean {
    return this.#node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#lookNow = () => woken.abort();
    await this.#options.clock.sleep(milliseconds, AbortSignal.any([signal, woken.signal])).catch(() => {});
  }

  async #register(): Promise<void> {
    const { client, nodeName, taints } = this.#options;
    const nodes = client.of<Node>(Nodes);
    const labels = this.#labels();
    try {
      this.#node = await nodes.create({
        metadata: {
          name: nodeName,
          labels,
          annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
        },
        spec: { ...(taints.length > 0 ? { taints } : {}) },
        status: await this.#status([]),
      } as Node);
      this.#reportedAt = this.#options.clock.monotonic();
      this.#tell([], this.#node.status?.conditions ?? []);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const known = await nodes.get(nodeName);
      const missing = Object.entries(labels).some(([key, value]) => known.metadata?.labels?.[key] !== value);
      this.#node = missing ? await nodes.patch(nodeName, strategicPatch({ metadata: { labels } })) : known;
    }
  }

  /** Others write to the node too: what they found of it must not stand against what is so. */
  async #refresh(): Promise<void> {
    const { client, nodeName } = this.#options;
    this.#node = await client.of<Node>(Nodes).get(nodeName, { resourceVersion: '0' });
  }

  #labels(): Record<string, string> {
    const { nodeName, labels } = this.#options;
    return {
      'beta.kubernetes.io/arch': architecture(),
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': architecture(),
      'kubernetes.io/hostname': nodeName.toLowerCase(),
      'kubernetes.io/os': 'linux',
      ...labels,
    };
  }

  async #report(): Promise<void> {
    const { client, clock, nodeName } = this.#options;
    const known = this.#node?.status ?? {};
    const next = await this.#status(known.conditions ?? []);
    const isDue = clock.monotonic() - this.#reportedAt >= REPORT_MS;
    if (isDue || !sameStatus(known, next)) {
      const patch = createStrategicMergePatch(NodeStatus, known, { ...known, ...next });
      const body = strategicPatch({ status: patch });
      this.#node = await client.of<Node>(Nodes).patch(nodeName, body, { subresource: 'status' });
      this.#reportedAt = clock.monotonic();
      this.#tell(known.conditions ?? [], next.conditions ?? []);
    }
    if (this.#isReady()) this.#ready.resolve();
  }

  async #status(known: readonly NodeCondition[]): Promise<NodeStatus> {
    const { runtime, clock, machine, resources, addresses, port, version } = this.#options;
    const [status, images, pressure] = await Promise.all([
      runtime.runtime.status().catch(() => undefined),
      runtime.images.listImages().catch(() => []),
      readPressure(this.#options.directory),
    ]);
    return {
      ...resources,
      addresses,
      conditions: nodeConditions({ runtime: status, pressure, known, now: formatTime(clock.now()) }),
      daemonEndpoints: { kubeletEndpoint: { Port: port() } },
      nodeInfo: {
        ...machine.system,
        containerRuntimeVersion: this.#options.runtimeVersion(),
        kubeletVersion: version,
        kubeProxyVersion: '',
      },
      images: images
        .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
        .slice(0, MAX_IMAGES)
        .map(({ repoDigests, repoTags, sizeBytes }) => ({
          names: [...repoDigests, ...repoTags].slice(0, 5),
          sizeBytes,
        })),
      runtimeHandlers: [{ name: '', features: { recursiveReadOnlyMounts: false, userNamespaces: false } }],
      features: { supplementalGroupsPolicy: false },
      declaredFeatures: [...DECLARED_FEATURES],
    };
  }

  /** Records what has changed about the node's conditions. */
  #tell(before: readonly NodeCondition[], after: readonly NodeCondition[]): void {
    const { events, nodeName } = this.#options;
    for (const { type, status } of after) {
      if (before.find((each) => each.type === type)?.status === status) continue;
      const reason = reasonOf(type, status);
      const node: Node = { kind: 'Node', apiVersion: 'v1', metadata: { name: nodeName, uid: nodeName } };
      if (reason) events.record(node, 'Normal', reason, `Node ${nodeName} status is now: ${reason}`);
    }
  }
}

function reasonOf(type: string, status: string): string | undefined {
  if (type === 'Ready') return status === 'True' ? 'NodeReady' : 'NodeNotReady';
  if (type === 'DiskPressure') return status === 'True' ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure';
  const name = type.replace('Pressure', '');
  return name === 'Memory' || name === 'PID'
    ? `NodeHas${status === 'True' ? 'Insufficient' : 'Sufficient'}${name}`
    : undefined;
}

/** Whether two statuses say the same, heartbeats aside. */
function sameStatus(known: NodeStatus, next: NodeStatus): boolean {
  const still = (conditions: readonly NodeCondition[] = []) =>
    conditions.map(({ lastHeartbeatTime: _, ...rest }) => rest).sort((a, b) => a.type.localeCompare(b.type));
  const relevant = (status: NodeStatus) => {
    const { capacity, allocatable, addresses, daemonEndpoints, nodeInfo, images } = status;
    const endpoint = daemonEndpoints?.kubeletEndpoint?.Port;
    return {
      capacity,
      allocatable,
      addresses,
      endpoint,
      nodeInfo,
      images: images ?? [],
      conditions: still(status.conditions),
    };
  };
  return deepEqual(relevant(known), relevant(next));
}
