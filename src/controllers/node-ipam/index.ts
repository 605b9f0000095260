import { type Node, Nodes } from '#api/core/v1/node.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { mergePatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import type { PodNetwork } from '../pod-network.ts';
import { CidrAllocator } from './cidr-allocator.ts';

const RETRY_MS = 60_000;
/** Ranges that are written at once; they are chosen one after another. */
const WORKERS = 30;

/** Gives each node a range of addresses for its pods, where the cluster has a network to give from. */
export function createNodeIpamController(context: ControllerContext, { podNetwork }: ControllersOptions): Runnable {
  const controller = new Controller('node-ipam', context);
  if (podNetwork === undefined) return controller.reconciles(async () => {});
  const assign = createAssignment(context, podNetwork);
  return controller
    .watches(Nodes, ({ metadata, spec }, old) =>
      old && old.spec?.podCIDR === spec?.podCIDR ? [] : [metadata?.name ?? ''],
    )
    .reconciles(assign, { workers: WORKERS });
}

/** Tells how many ranges there are, and how many were given out and given back. */
function measureRanges(registry: MetricRegistry | undefined, cidr: string, allocator: CidrAllocator): void {
  const names = ['clusterCIDR'];
  const follow = (type: 'counter' | 'gauge', name: string, help: string, read: () => number) =>
    registry?.[type](`node_ipam_controller_${name}`, help, names).labels(cidr).follow(read);
  follow('gauge', 'cidrset_usage_cidrs', 'Share of the ranges that are taken', () => allocator.taken / allocator.count);
  follow('gauge', 'cirdset_max_cidrs', 'Ranges that there are', () => allocator.count);
  follow('counter', 'cidrset_cidrs_allocations_total', 'Ranges that were given out', () => allocator.allocations);
  follow('counter', 'cidrset_cidrs_releases_total', 'Ranges that were given back', () => allocator.releases);
}

/** What is given out is remembered here, before anything is awaited, until the informer knows it. */
function createAssignment({ informers, client, events, metrics }: ControllerContext, network: PodNetwork) {
  const nodes = informers.of(Nodes);
  const pinned = network.pinned ?? {};
  const allocator = new CidrAllocator(network);
  measureRanges(metrics, network.clusterCidr, allocator);
  for (const cidr of Object.values(pinned)) allocator.occupy(cidr);
  const given = new Map<string, string>();
  let known = false;

  /** Once all nodes are known, before the first range is given out. */
  const learn = (): void => {
    if (known) return;
    for (const { metadata, spec } of nodes.store.list()) {
      if (!spec?.podCIDR) continue;
      allocator.occupy(spec.podCIDR);
      given.set(metadata?.name ?? '', spec.podCIDR);
    }
    known = true;
  };

  const release = (name: string): void => {
    const cidr = given.get(name);
    given.delete(name);
    if (cidr !== undefined && pinned[name] !== cidr) allocator.release(cidr);
  };

  const write = async (name: string, cidr: string): Promise<void> => {
    try {
      await client.of(Nodes).patch(name, mergePatch({ spec: { podCIDR: cidr, podCIDRs: [cidr] } }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      release(name);
    }
  };

  return async (name: string): Promise<Result | undefined> => {
    learn();
    const node = nodes.store.getByKey(name);
    if (node === undefined) {
      release(name);
      return undefined;
    }
    if (node.spec?.podCIDR) {
      if (given.get(name) !== node.spec.podCIDR) {
        release(name);
        allocator.occupy(node.spec.podCIDR);
        given.set(name, node.spec.podCIDR);
      }
      return undefined;
    }
    const cidr = given.get(name) ?? pinned[name] ?? allocator.allocate();
    if (cidr === undefined) {
      tellNone(node);
      return { requeueAfterMs: RETRY_MS };
    }
    given.set(name, cidr);
    await write(name, cidr);
    return undefined;
  };

  function tellNone(node: Node): void {
    const message = `Node ${node.metadata?.name} status is now: CIDRNotAvailable`;
    events.record(node, 'Normal', 'CIDRNotAvailable', message);
  }
}
