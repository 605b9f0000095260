import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import type { Taint } from '#api/core/v1/affinity.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Cell, Labelled } from '#base/metrics/metric-registry.ts';
import type { Informer } from '#client/informer.ts';
import { mergePatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { isNodeReady, readyCondition } from '../shared/nodes/node-ready.ts';
import { BY_NODE, nodeIndex } from '../shared/pod-index.ts';
import { EvictionPace, evictionRates, zoneOf } from './eviction-pace.ts';
import { Heartbeats, unknownConditions } from './node-health.ts';
import { PodsToMark } from './pods-to-mark.ts';
import { isEvicted, planTaints } from './taints.ts';
import { countZones, zoneLabel } from './zone-metrics.ts';

const LEASES = 'kube-node-lease';
const STARTUP_GRACE_MS = 60_000;
const LABELS: Readonly<Record<string, string>> = {
  'kubernetes.io/os': 'beta.kubernetes.io/os',
  'kubernetes.io/arch': 'beta.kubernetes.io/arch',
};

/** Watches the nodes' heartbeats, says when a node is silent, and taints nodes by their conditions. */
export class NodeLifecycleController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #graceMs: number;
  readonly #nodes: Informer<Node>;
  readonly #leases: Informer<Lease>;
  readonly #pods: Informer<Pod>;
  readonly #writes: OwnWrites<Node>;
  readonly #heartbeats = new Heartbeats();
  readonly #pace = new EvictionPace();
  readonly #unmarked: PodsToMark;
  /** Uids of the nodes that were told of, by name. */
  readonly #registered = new Map<string, string | undefined>();
  #counted: { readonly at: string; readonly rates: ReturnType<typeof evictionRates> } | undefined;

  readonly #evictions: Labelled<Cell> | undefined;

  constructor(context: ControllerContext, { nodeMonitorGraceMs = 50_000 }: ControllersOptions) {
    this.#context = context;
    this.#graceMs = nodeMonitorGraceMs;
    this.#nodes = context.informers.of(Nodes);
    this.#leases = context.informers.of(Leases);
    this.#pods = nodeIndex(context.informers.of(Pods));
    this.#writes = new OwnWrites(this.#nodes);
    this.#unmarked = new PodsToMark(context);
    this.#evictions = countZones(context.metrics, () => this.#nodes.store.list());
    this.controller = new Controller('node-lifecycle', context)
      .watches(Nodes, (node, old) => this.#keys(node, old))
      .watches(Leases, ({ metadata }) => (metadata?.namespace === LEASES ? [metadata.name ?? ''] : []))
      .watches(Pods, (pod, old) => this.#noteBound(pod, old))
      .reconciles((name) => this.#reconcile(name));
  }

  /** One node that becomes ready or stops being so may decide whether the others are evicted. */
  #keys(node: Node, old: Node | undefined): readonly string[] {
    const turned = old !== undefined && isNodeReady(node) !== isNodeReady(old);
    return turned ? [...this.#nodes.store.keys()] : [node.metadata?.name ?? ''];
  }

  /** A pod that comes to a node which is not ready is not ready, whatever it says itself. */
  #noteBound(pod: Pod, old: Pod | undefined): readonly string[] {
    const name = pod.spec?.nodeName;
    if (!name || old?.spec?.nodeName === name) return [];
    const node = this.#nodes.store.get(name);
    if (node && isNodeReady(node)) return [];
    this.#unmarked.add(pod);
    return [name];
  }

  async #reconcile(name: string): Promise<Result | undefined> {
    const node = this.#writes.get(name);
    if (node === undefined) {
      this.#forget(name);
      return undefined;
    }
    if (!this.#registered.has(name)) {
      this.#registered.set(name, node.metadata?.uid);
      this.#tell(node, 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    }
    const { renewTime } = this.#leases.store.get(name, LEASES)?.spec ?? {};
    const sign = `${renewTime} ${readyCondition(node)?.lastHeartbeatTime}`;
    const heard = this.#heartbeats.silence(name, sign, this.#context.clock.monotonic());
    const isReporting = readyCondition(node) !== undefined;
    const silence = isReporting || renewTime !== undefined ? heard : Math.max(heard, this.#age(node));
    const grace = isReporting ? this.#graceMs : STARTUP_GRACE_MS;
    const judged = silence >= grace ? await this.#markUnknown(node) : node;
    const turn = await this.#taint(judged);
    await this.#label(judged);
    await this.#unmarked.mark(judged);
    // Later than the heartbeat of a healthy node, which starts the wait anew.
    const wait = Math.min(turn, silence >= grace ? Number.POSITIVE_INFINITY : grace - silence);
    return Number.isFinite(wait) ? { requeueAfterMs: wait } : undefined;
  }

  /** Milliseconds since a node was made. */
  #age({ metadata }: Node): number {
    const { clock } = this.#context;
    return metadata?.creationTimestamp === undefined ? 0 : clock.now() - parseTime(metadata.creationTimestamp);
  }

  #forget(name: string): void {
    this.#heartbeats.forget(name);
    this.#unmarked.forget(name);
    const uid = this.#registered.get(name);
    if (!this.#registered.delete(name)) return;
    const gone = { apiVersion: 'v1', kind: 'Node', metadata: { name, ...(uid ? { uid } : {}) } };
    this.#tell(gone, 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
  }

  #tell(node: Node, reason: string, message: string): void {
    this.#context.events.record(node, 'Normal', reason, message);
  }

  async #markUnknown(node: Node): Promise<Node> {
    const conditions = unknownConditions(node, this.#context.clock.now());
    if (conditions === undefined) return node;
    const status = { ...node.status, conditions };
    const marked = this.#writes.wrote(await this.#context.client.of(Nodes).updateStatus({ ...node, status }));
    if (!isNodeReady(node)) return marked;
    this.#tell(node, 'NodeNotReady', `Node ${node.metadata?.name} status is now: NodeNotReady`);
    for (const pod of this.#pods.store.byIndex(BY_NODE, node.metadata?.name ?? '')) this.#unmarked.add(pod);
    return marked;
  }

  /** Resolves with the milliseconds until it is this node's turn to be emptied; Infinity when it is nothing to wait for. */
  async #taint(node: Node): Promise<number> {
    const wait = this.#turnOf(node);
    const now = formatTime(this.#context.clock.now());
    const taints = planTaints(node, { evicting: wait === 0, now });
    if (taints !== undefined) await this.#writeTaints(node, taints);
    if (taints?.some(({ effect }) => effect === 'NoExecute') && !isEvicted(node)) {
      this.#evictions?.labels(zoneLabel(node)).inc();
    }
    return wait === 0 ? Number.POSITIVE_INFINITY : wait;
  }

  #turnOf(node: Node): number {
    // Its pods stay.
    if (isNodeReady(node)) return 0;
    const rates = this.#rates();
    if (rates === undefined) return Number.POSITIVE_INFINITY;
    // Its pods stay, or are on their way already.
    if (readyCondition(node) === undefined || isEvicted(node)) return 0;
    return this.#pace.wait(zoneOf(node), rates.get(zoneOf(node)) ?? 0, this.#context.clock.monotonic());
  }

  /** Counted once for each state that the nodes are in, not once for each node. */
  #rates(): ReturnType<typeof evictionRates> {
    const { resourceVersion, store } = this.#nodes;
    if (this.#counted?.at !== resourceVersion)
      this.#counted = { at: resourceVersion, rates: evictionRates(store.list()) };
    return this.#counted.rates;
  }

  async #writeTaints(node: Node, taints: readonly Taint[]): Promise<void> {
    const { name = '', resourceVersion } = node.metadata ?? {};
    // Taints are one value to a patch: two writers must not undo each other.
    const patch = mergePatch({ metadata: { resourceVersion }, spec: { taints } });
    this.#writes.wrote(await this.#context.client.of(Nodes).patch(name, patch));
  }

  /** Keeps the labels' former names beside them. */
  async #label({ metadata }: Node): Promise<void> {
    const labels = metadata?.labels ?? {};
    const missing = Object.entries(LABELS)
      .filter(([now, former]) => labels[now] !== undefined && labels[now] !== labels[former])
      .map(([now, former]) => [former, labels[now]]);
    if (missing.length === 0) return;
    const patch = mergePatch({ metadata: { labels: Object.fromEntries(missing) } });
    this.#writes.wrote(await this.#context.client.of(Nodes).patch(metadata?.name ?? '', patch));
  }
}
