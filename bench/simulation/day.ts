// A simulated day on the virtual clock: nodes with their leases, deployments whose pods crash now and then, jobs by the hour.
import { Deployments } from '#api/apps/v1/deployment.ts';
import { CronJobs } from '#api/batch/v1/cron-job.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const HOUR = 3_600_000;
const [nodes = 3, hours = 24] = process.argv.slice(2).map(Number);
const template = (app: string, restartPolicy?: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'x' }], ...(restartPolicy ? { restartPolicy } : {}) },
});

const cluster = await Cluster.start({
  clock: new VirtualClock(),
  seed: 1,
  simulation: {
    nodes: [{ count: nodes }],
    stages: [
      {
        name: 'crash',
        when: { phase: 'Ready', labels: { app: 'web' } },
        delayMs: HOUR,
        jitterMs: HOUR,
        next: 'Restarted',
      },
    ],
  },
});
await cluster.advance(1000);
const metadata = (name: string) => ({ name, namespace: 'default' });
const spec = { replicas: nodes * 4, selector: { matchLabels: { app: 'web' } }, template: template('web') };
await cluster.client.of(Deployments).create({ metadata: metadata('web'), spec } as never);
const jobTemplate = { spec: { template: template('report', 'Never') } };
await cluster.client
  .of(CronJobs)
  .create({ metadata: metadata('report'), spec: { schedule: '0 * * * *', jobTemplate } } as never);
const started = performance.now();
await cluster.advance(hours * HOUR);
const seconds = (performance.now() - started) / 1000;
console.log(
  `${nodes} nodes, ${hours} hours: ${seconds.toFixed(2)} s, ${((hours * 3600) / seconds).toFixed(0)} times as fast as the real clock`,
);
await cluster.stop();
