// What the decision alone costs, in microseconds a pod: `node bench/run.mjs scheduler/decide [NODES…] [-- NAME…]`, names as in
// workloads.ts. Pods go onto the state as they would be assumed; nothing is written. Nodes by default 100, 1,000, 5,000 and 15,000.
import type { Pod } from '#api/core/v1/pod.ts';
import { systemRandom } from '#base/random.ts';
import { Harness } from '#scheduler/testing/harness.ts';
import { Cluster } from '#testing/cluster.ts';
import { node } from './objects.ts';
import { type Workload, workloads } from './workloads.ts';

let uids = 0;
const withUid = (pod: Pod): Pod => ({ ...pod, metadata: { ...pod.metadata, uid: `uid-${uids++}` } });

/** Puts pods where the framework wants them; how many fitted. */
function decide(harness: Harness, count: number, podOf: (index: number) => Pod): number {
  const { state, framework } = harness;
  let placed = 0;
  for (let index = 0; index < count; index++) {
    const cycle = { pod: state.describe(withUid(podOf(index))), state, data: new Map() };
    const choice = framework.choose(cycle, systemRandom);
    if (!choice.fits) continue;
    state.assume(cycle.pod, choice.node.name);
    placed++;
  }
  return placed;
}

async function measure(cluster: Cluster, workload: Workload, nodes: number) {
  const share = Math.min(1, nodes / workload.nodes);
  const harness = new Harness(cluster.client);
  for (let index = 0; index < nodes; index++) harness.state.setNode((workload.node ?? node)(index));
  const { before = 0, podBefore } = workload;
  if (podBefore) decide(harness, Math.round(before * share), podBefore);
  const pods = Math.min(10_000, Math.round(workload.pods * share));
  const cpu = process.cpuUsage();
  const placed = decide(harness, pods, workload.pod);
  const { user, system } = process.cpuUsage(cpu);
  return { pods, placed, each: Math.round((user + system) / pods) };
}

const args = process.argv.slice(2);
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const names = args.filter((arg) => !/^\d+$|^--$/.test(arg));
const cluster = await Cluster.start({ controllers: false, scheduler: false });
const rows: Record<string, unknown>[] = [];
for (const [name, workload] of Object.entries(workloads)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const row: Record<string, unknown> = { workload: name };
  for (const nodes of sizes.length > 0 ? sizes : [100, 1000, 5000, 15_000]) {
    const { each, pods, placed } = await measure(cluster, workload, nodes);
    row[`${nodes} nodes`] = placed === pods ? each : `${each} (${placed} of ${pods} placed)`;
  }
  rows.push(row);
}
console.table(rows);
await cluster.stop();
