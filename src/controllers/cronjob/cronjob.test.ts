import { afterAll, beforeAll, expect, test } from 'vitest';
import { CronJobs } from '#api/batch/v1/cron-job.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ clock, controllers: ['cronjob-controller', 'ttl-after-finished-controller'] });
});
afterAll(() => cluster.stop());

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'work:1' }] } };
const create = (name: string, concurrencyPolicy: string) =>
  cluster.client.of(CronJobs).create({
    metadata: { name, namespace },
    spec: { schedule: '* * * * *', concurrencyPolicy, jobTemplate: { spec: { template } } },
  } as never);
const jobsOf = async (name: string): Promise<readonly Job[]> =>
  (await cluster.client.of(Jobs).list({ namespace })).items.filter(({ metadata }) =>
    metadata?.name?.startsWith(`${name}-`),
  );
const minute = () => clock.advance(60_200);
const count = (name: string, wanted: number) =>
  waitFor(
    async () => {
      const jobs = await jobsOf(name);
      return jobs.length === wanted && jobs;
    },
    { what: `${wanted} jobs of ${name}` },
  );
const complete = async (job: Job) => {
  const time = new Date(clock.now()).toISOString().replace(/\.\d+/, '');
  const done = (type: string) => ({ type, status: 'True', lastTransitionTime: time, lastProbeTime: time });
  const conditions = [done('SuccessCriteriaMet'), done('Complete')];
  const status = { ...job.status, startTime: time, completionTime: time, conditions };
  await cluster.client.of(Jobs).updateStatus({ ...job, status } as Job);
};

test('a job is made every minute and the last ones that succeeded are kept', async () => {
  await create('tick', 'Allow');
  await waitFor(async () => (await cluster.client.of(CronJobs).get('tick', { namespace })).metadata?.uid);
  for (let made = 1; made <= 3; made++) {
    minute();
    for (const job of await count('tick', made)) if (!job.status?.completionTime) await complete(job);
  }
  minute();
  await waitFor(async () => (await jobsOf('tick')).length === 4);
  const cronJob = await waitFor(async () => {
    const found = await cluster.client.of(CronJobs).get('tick', { namespace });
    return found.status?.active?.length === 1 && found;
  });
  expect(cronJob.status?.lastSuccessfulTime).toBeDefined();
});

test('while a job runs, Forbid makes no other and Replace replaces it', async () => {
  await create('one', 'Forbid');
  await create('swap', 'Replace');
  minute();
  await count('one', 1);
  const [first] = await count('swap', 1);
  minute();
  await waitFor(async () => (await jobsOf('swap'))[0]?.metadata?.name !== first?.metadata?.name);
  expect(await jobsOf('one')).toHaveLength(1);
});

test('a job is deleted some time after its end', async () => {
  const spec = { template, ttlSecondsAfterFinished: 30 };
  const job = await cluster.client.of(Jobs).create({ metadata: { name: 'brief', namespace }, spec } as never);
  await complete(job);
  const gone = () =>
    cluster.client
      .of(Jobs)
      .get('brief', { namespace })
      .then(
        ({ metadata }) => metadata?.deletionTimestamp !== undefined,
        () => true,
      );
  clock.advance(20_000);
  expect(await gone()).toBe(false);
  await waitFor(() => {
    clock.advance(1_000);
    return gone();
  });
});
