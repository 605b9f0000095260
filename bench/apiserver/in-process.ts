// Creates and updates inside one process on the store in memory: what the API server itself costs, without sockets,
// disks or other processes. `pod` is a Pod of 6 KB, `map` a ConfigMap of 500 bytes.
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { Cluster } from '#testing/cluster.ts';
import { samplePod } from '../machinery/sample-pod.ts';

const NAMESPACE = 'default';
const ROUNDS = 5;
const COUNT = 3000;
const WIDTH = 64;

/** Microseconds of processor time that one call costs: other work on the machine hardly shows in it. */
async function cost(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const started = process.cpuUsage();
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  const { user, system } = process.cpuUsage(started);
  return (user + system) / count;
}

const least = new Map<string, number>();
const record = (name: string, microseconds: number) =>
  least.set(name, Math.min(microseconds, least.get(name) ?? Number.POSITIVE_INFINITY));

const template = samplePod() as unknown as Pod;
for (let round = 0; round < ROUNDS; round++) {
  const cluster = await Cluster.start({ controllers: false, scheduler: false });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'web', namespace: NAMESPACE } });
  const pods = cluster.client.of(Pods);
  const maps = cluster.client.of(ConfigMaps);
  const pod = (index: number): Pod => ({
    ...template,
    metadata: { name: `p${index}`, namespace: NAMESPACE, labels: { app: 'bench' } },
  });
  const made: Pod[] = [];
  record('create pod', await cost(COUNT, async (index) => void (made[index] = await pods.create(pod(index)))));
  const status = (index: number) =>
    ({ ...made[index], status: { phase: 'Running', message: `round ${index}` } }) as Pod;
  record('update pod status', await cost(COUNT, (index) => pods.updateStatus(status(index))));
  const map = (index: number, text: string): ConfigMap => ({
    metadata: { name: `m${index}`, namespace: NAMESPACE },
    data: { text: text.repeat(500) },
  });
  record('create map', await cost(COUNT, (index) => maps.create(map(index, 'x'))));
  record('update map', await cost(COUNT, (index) => maps.update(map(index, 'y'))));
  await cluster.stop();
}
for (const [name, microseconds] of least) {
  const perSecond = Math.round(1_000_000 / microseconds);
  console.log(`${name.padEnd(24)} ${microseconds.toFixed(1).padStart(8)} µs   ${String(perSecond).padStart(8)} /s`);
}
