import { expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { CronJobs } from '#api/batch/v1/cron-job.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { Events } from '#api/core/v1/event.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { Cluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

const HOUR = 3_600_000;
const template = (app: string, restartPolicy?: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'x' }], ...(restartPolicy ? { restartPolicy } : {}) },
});

/** Hours with a deployment whose pods crash now and then, a job every hour that sometimes fails, and a node that is lost for a while. */
async function simulate(
  hours: number,
  seed: number,
): Promise<{ readonly history: string[]; readonly objects: string[] }> {
  const cluster = await Cluster.start({
    clock: new VirtualClock(),
    seed,
    simulation: {
      nodes: [{ count: 3, cpu: '8', zones: ['a', 'b'] }],
      stages: [
        {
          name: 'crash',
          when: { phase: 'Ready', labels: { app: 'web' } },
          delayMs: HOUR,
          jitterMs: HOUR,
          probability: 0.7,
          next: 'Restarted',
          exitCode: 137,
          reason: 'OOMKilled',
        },
        {
          name: 'break',
          when: { phase: 'Ready', ownerKinds: ['Job'] },
          delayMs: 60_000,
          probability: 0.25,
          next: 'Failed',
        },
      ],
    },
  });
  const metadata = (name: string) => ({ name, namespace: 'default' });
  try {
    await cluster.advance(1000);
    const spec = { replicas: 4, selector: { matchLabels: { app: 'web' } }, template: template('web') };
    await cluster.client.of(Deployments).create({ metadata: metadata('web'), spec } as never);
    const jobTemplate = { spec: { backoffLimit: 2, template: template('report', 'Never') } };
    await cluster.client
      .of(CronJobs)
      .create({ metadata: metadata('report'), spec: { schedule: '0 * * * *', jobTemplate } } as never);
    await cluster.advance((hours * HOUR) / 4);
    await cluster.simulation.fleet.setState('simulated-1', 'Stopped');
    await cluster.advance(HOUR / 2);
    await cluster.simulation.fleet.setState('simulated-1', 'Running');
    await cluster.advance((hours * HOUR * 3) / 4 - HOUR / 2);
    const lists = await Promise.all(
      [Deployments, CronJobs, Jobs, Nodes, Pods].map((each) => cluster.client.of(each as typeof Pods).list({})),
    );
    const objects = lists.flatMap(({ items }) => items as KubernetesObject[]);
    const events = (await cluster.client.of(Events).list({})).items;
    return {
      history: events.map(({ metadata: { name = '' } = {}, reason, count }) => `${name} ${reason} ${count}`),
      objects: objects.map((object) => JSON.stringify(object)),
    };
  } finally {
    await cluster.stop();
  }
}

test('a simulated day passes in seconds', { timeout: 120_000 }, async () => {
  const { objects } = await simulate(24, 7);
  const all = objects.join('\n');
  // Things did happen: crashes, completed jobs, and the lost node is back.
  expect(all).toContain('"reason":"OOMKilled"');
  expect(all).toMatch(/"kind":"Job".*"succeeded":1/);
  const isWell = (text: string) => text.includes('"kind":"Node"') && text.includes('"reason":"KubeletReady"');
  expect(objects.filter(isWell)).toHaveLength(3);
});

test('the same seed gives the same history, another one another', { timeout: 120_000 }, async () => {
  const first = await simulate(4, 7);
  expect(await simulate(4, 7)).toEqual(first);
  expect((await simulate(2, 8)).objects).not.toEqual((await simulate(2, 7)).objects);
});
