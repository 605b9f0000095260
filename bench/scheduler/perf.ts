// Pods scheduled a second through the real API path in one process, on a durable store: `node bench/run.mjs scheduler/perf
// [NODES…] [NAME…]`, names as in workloads.ts. `scheduling`: pods are there before the scheduler starts, as the peer's
// creator runs on processors of its own; `whole`: the same processor creates them meanwhile. Beside them what upstream's
// scheduler_perf reaches. NODES in place of the workload's own number; pods are as many fewer or more.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { Client } from '#client/client.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { openLmdbStore } from '#storage/lmdb/lmdb-store.ts';
import { Cluster } from '#testing/cluster.ts';
import { node } from './objects.ts';
import { sized, type Workload, workloads } from './workloads.ts';

const WIDTH = 128;
const MODE = process.env['BENCH_MODE'];

async function each(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, count) }, worker));
}

/** Counts pods that have a node, by the first part of their name. */
class Bound {
  readonly #names = new Set<string>();
  readonly #waiting = new Map<string, { readonly count: number; readonly resolve: () => void }>();
  readonly #counts = new Map<string, number>();
  /** When the first of the pods that are waited for was bound, or refused. */
  firstAt = 0;

  constructor(cluster: Cluster, signal: AbortSignal) {
    void cluster.client.of(Pods).watch(
      { resourceVersion: '0' },
      (events) => {
        for (const { object } of events) this.#apply(object as Pod);
      },
      signal,
    );
  }

  until(prefix: string, count: number): Promise<void> {
    this.firstAt = 0;
    return new Promise((resolve) => {
      this.#waiting.set(prefix, { count, resolve });
    });
  }

  #apply(pod: Pod): void {
    const { name = '' } = pod.metadata ?? {};
    const isBound = Boolean(pod.spec?.nodeName);
    const prefix = prefixOf(pod);
    const waiting = this.#waiting.get(prefix);
    if (waiting && (isBound || isRefused(pod))) this.firstAt ||= performance.now();
    if (!isBound || this.#names.has(name)) return;
    this.#names.add(name);
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    if (count !== waiting?.count) return;
    this.#waiting.delete(prefix);
    waiting.resolve();
  }
}

const isRefused = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False') ?? false;

const prefixOf = (pod: Pod): string => {
  const { name = '' } = pod.metadata ?? {};
  return name.slice(0, name.lastIndexOf('-'));
};

interface Rate {
  readonly second: number;
  /** By the processor time of this process: other work on the machine hardly shows in it. */
  readonly cpuSecond: number;
}

/** Pods a second. */
async function measure(workload: Workload, createsBefore: boolean): Promise<Rate> {
  const directory = mkdtempSync(join(import.meta.dirname, 'data-'));
  const store = await openLmdbStore({ directory });
  const cluster = await Cluster.start({
    store,
    controllers: workload.controllers ?? false,
    scheduler: false,
    disableAdmissionPlugins: ['ServiceAccount', 'TaintNodesByCondition', 'Priority'],
  });
  const stop = new AbortController();
  const run = () => {
    const own = new AbortController();
    const running = createSchedulerComponent(cluster.environment).run(own.signal);
    return async () => {
      own.abort();
      await running;
    };
  };
  try {
    const { client } = cluster;
    const nodes = client.of(Nodes);
    const pods = client.of(Pods);
    await workload.setUp?.(client);
    await each(workload.nodes, async (index) => {
      await nodes.create((workload.node ?? node)(index));
      await workload.withNode?.(client, index);
    });
    const createPod = async (pod: Pod) => {
      await workload.withPod?.(client, pod);
      await pods.create(pod);
    };
    const bound = new Bound(cluster, stop.signal);
    let stopScheduler = run();
    const { before = 0, podBefore } = workload;
    if (podBefore) {
      const fits = workload.beforeFits ?? true;
      const placed = fits ? bound.until(prefixOf(podBefore(0)), before) : Promise.resolve();
      await each(before, (index) => createPod(podBefore(index)));
      await placed;
    }
    const create = () => each(workload.pods, (index) => createPod(workload.pod(index)));
    const all = bound.until(prefixOf(workload.pod(0)), workload.pods);
    if (createsBefore) {
      await stopScheduler();
      await create();
    }
    globalThis.gc?.();
    const started = performance.now();
    const cpu = process.cpuUsage();
    if (createsBefore) stopScheduler = run();
    else void create();
    const churn = startChurn(client, workload);
    await all;
    const ended = performance.now();
    await churn();
    await stopScheduler();
    const { user, system } = process.cpuUsage(cpu);
    return {
      second: Math.round(workload.pods / ((ended - (createsBefore ? bound.firstAt : started)) / 1000)),
      cpuSecond: Math.round(workload.pods / ((user + system) / 1e6)),
    };
  } finally {
    stop.abort();
    await cluster.stop();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Lets other things come and go until the returned function is called. */
function startChurn(client: Client, { churn }: Workload): () => Promise<void> {
  if (churn === undefined) return async () => {};
  let steps = 0;
  const underWay = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const step = churn.step(client, steps++).finally(() => underWay.delete(step));
    underWay.add(step);
  }, churn.everyMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(underWay);
  };
}

const args = process.argv.slice(2);
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const names = args.filter((arg) => !/^\d+$/.test(arg));
const rows: Record<string, unknown>[] = [];
for (const [name, workload] of Object.entries(workloads)) {
  if (names.length > 0 && !names.includes(name)) continue;
  for (const nodes of sizes.length > 0 ? sizes : [workload.nodes]) {
    const own = sized(workload, nodes);
    const row: Record<string, unknown> = { workload: name, nodes, pods: own.pods };
    if (MODE !== 'whole') {
      const rate = await measure(own, true);
      row['scheduling/s'] = rate.second;
      row['/cpu-s'] = rate.cpuSecond;
    }
    if (MODE !== 'scheduling') {
      const rate = await measure(own, false);
      row['whole/s'] = rate.second;
      row['whole/cpu-s'] = rate.cpuSecond;
    }
    rows.push({ ...row, 'upstream/s': nodes === workload.nodes ? (workload.peer ?? '-') : '-' });
    console.error(JSON.stringify(rows.at(-1)));
  }
}
console.table(rows);
