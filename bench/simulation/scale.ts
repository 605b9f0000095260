// What large simulated clusters take, in one process on a durable store: `node bench/run.mjs simulation/scale [NAME…]`.
// In brackets the bar that each is measured against, which other implementations need on machines of many processors.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { type CronJob, CronJobs } from '#api/batch/v1/cron-job.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { openLmdbStore } from '#storage/lmdb/lmdb-store.ts';
import { Cluster } from '#testing/cluster.ts';

const NAMESPACE = 'scale';
const POLL_MS = 20;
/** Pods that a node takes: the fewest nodes that hold all pods. */
const nodesFor = (pods: number): number => Math.max(100, Math.ceil(pods / 100));

const template = (app: string, restartPolicy = 'Always') => ({
  metadata: { labels: { app } },
  spec: { restartPolicy, containers: [{ name: 'c', image: 'registry.local/app:1' }] },
});

const deployment = (name: string, replicas: number): Deployment => ({
  metadata: { name, namespace: NAMESPACE },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
});

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** Whether so many replicas of all deployments are available. */
async function available(cluster: Cluster, wanted: number): Promise<boolean> {
  const { items } = await cluster.client.of(Deployments).list({ namespace: NAMESPACE });
  return items.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0) >= wanted;
}

interface Case {
  readonly bar: string;
  readonly nodes: number;
  prepare?(cluster: Cluster): Promise<void>;
  run(cluster: Cluster): Promise<void>;
}

const count = (name: string, usual: number): number => Number(process.env[`BENCH_${name}`] ?? usual);
const PODS = count('PODS', 10_000);
const LARGE = count('LARGE', 50_000);

const oneDeployment = async (cluster: Cluster) => {
  await cluster.client.of(Deployments).create(deployment('web', PODS));
  await until(() => available(cluster, PODS));
};

const cases: Record<string, Case> = {
  'one-deployment': { bar: '5 s', nodes: nodesFor(PODS), run: oneDeployment },
  'delete-namespace': {
    bar: '5 s',
    nodes: nodesFor(PODS),
    prepare: oneDeployment,
    run: async ({ client }) => {
      await client.of(Namespaces).delete(NAMESPACE);
      await until(
        async () => !(await client.of(Namespaces).list({})).items.some((each) => each.metadata?.name === NAMESPACE),
      );
    },
  },
  'many-deployments': {
    bar: 'none',
    nodes: nodesFor(PODS),
    run: async (cluster) => {
      const names = Array.from({ length: PODS / 10 }, (_, index) => `web-${index}`);
      await Promise.all(names.map((name) => cluster.client.of(Deployments).create(deployment(name, 10))));
      await until(() => available(cluster, PODS));
    },
  },
  /** So many nodes and pods that nothing happens to; the figure is the time of the processor, of 30 s. */
  idle: {
    bar: '1.5 s',
    nodes: 1000,
    run: () => new Promise((resolve) => setTimeout(resolve, 30_000)),
  },
  /** Memory with all of it there. */
  large: {
    bar: '1,500 MB',
    nodes: LARGE / 10,
    run: async (cluster) => {
      const each = 1000;
      const names = Array.from({ length: LARGE / each }, (_, index) => `web-${index}`);
      await Promise.all(names.map((name) => cluster.client.of(Deployments).create(deployment(name, each))));
      await until(() => available(cluster, LARGE));
    },
  },
  job: {
    bar: 'none',
    nodes: nodesFor(PODS),
    run: async ({ client }) => {
      const completions = count('COMPLETIONS', 100_000);
      const spec = { completions, parallelism: count('PARALLELISM', 5000), template: template('job', 'Never') };
      await client.of(Jobs).create({ metadata: { name: 'job', namespace: NAMESPACE }, spec } as Job);
      await until(
        async () => (await client.of(Jobs).get('job', { namespace: NAMESPACE })).status?.succeeded === completions,
      );
    },
  },
};

/** So many pods of one set, one after another or all at once. */
const statefulSet = (podManagementPolicy: string): Case => ({
  bar: 'none',
  nodes: 100,
  run: async ({ client }) => {
    const replicas = count('REPLICAS', 1000);
    const labels = { app: 'db' };
    const spec = { replicas, podManagementPolicy, selector: { matchLabels: labels }, template: template('db') };
    await client.of(StatefulSets).create({ metadata: { name: 'db', namespace: NAMESPACE }, spec } as StatefulSet);
    await until(
      async () =>
        (await client.of(StatefulSets).get('db', { namespace: NAMESPACE })).status?.readyReplicas === replicas,
    );
  },
});
cases['stateful-set'] = statefulSet('Parallel');
cases['ordered-stateful-set'] = statefulSet('OrderedReady');
/** So many CronJobs of one minute, until a pod of each has run; up to a minute goes by until they begin. */
cases['cron-jobs'] = {
  bar: 'none',
  nodes: 100,
  run: async ({ client }) => {
    const names = Array.from({ length: count('CRON_JOBS', 1000) }, (_, index) => `tick-${index}`);
    const jobTemplate = { spec: { template: template('tick', 'Never') } };
    const spec = { schedule: '* * * * *', jobTemplate };
    await Promise.all(
      names.map((name) => client.of(CronJobs).create({ metadata: { name, namespace: NAMESPACE }, spec } as CronJob)),
    );
    await until(async () => {
      const { items } = await client.of(Jobs).list({ namespace: NAMESPACE });
      return items.filter(({ status }) => status?.succeeded === 1).length >= names.length;
    });
  },
};

async function measure({ nodes, prepare, run }: Case): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(import.meta.dirname, 'data-'));
  const store = await openLmdbStore({ directory });
  const cluster = await Cluster.start({ store, simulation: { nodes: [{ count: nodes }] } });
  try {
    await cluster.client.of(Namespaces).create({ metadata: { name: NAMESPACE } });
    await until(async () => {
      const { items } = await cluster.client.of(Nodes).list();
      return items.length === nodes && items.every(({ spec }) => (spec?.taints ?? []).length === 0);
    });
    await prepare?.(cluster);
    globalThis.gc?.();
    const revision = store.revision;
    const started = performance.now();
    const cpu = process.cpuUsage();
    await run(cluster);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    globalThis.gc?.();
    const memory = process.memoryUsage();
    return {
      seconds: round(seconds),
      'cpu-s': round((user + system) / 1e6),
      writes: store.revision - revision,
      'heap MB': Math.round(memory.heapUsed / 2 ** 20),
      'buffers MB': Math.round(memory.arrayBuffers / 2 ** 20),
      // Without the pages of the store's file, which the system takes back when it needs them.
      'memory MB': Math.round(anonymousKiB() / 2 ** 10),
      'rss MB': Math.round(memory.rss / 2 ** 20),
    };
  } finally {
    await cluster.stop();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Memory that is not a file's. */
const anonymousKiB = (): number => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);

const round = (value: number): number => Math.round(value * 100) / 100;

const chosen = process.argv.slice(2);
const rows: Record<string, unknown>[] = [];
for (const [name, each] of Object.entries(cases)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  rows.push({ case: name, nodes: each.nodes, ...(await measure(each)), bar: each.bar });
  console.error(JSON.stringify(rows.at(-1)));
}
console.table(rows);
