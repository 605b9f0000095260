import { afterAll, beforeAll, expect, test } from 'vitest';
import { CronJobs } from '#api/batch/v1/cron-job.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Events } from '#api/core/v1/event.ts';
import { mergePatch } from '#client/options.ts';
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
const minute = () => cluster.advance(60_200);
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

test('what is wrong with a schedule is told', async () => {
  const client = cluster.client.of(CronJobs);
  const spec = { schedule: '@hourly', suspend: true, jobTemplate: { spec: { template } } };
  const make = (name: string, more: object) =>
    client.create({ metadata: { name, namespace }, spec: { ...spec, ...more } } as never);
  await expect(make('lost', { timeZone: 'Nowhere/Land' })).rejects.toThrow('unknown time zone Nowhere/Land');
  await make('never', { schedule: '0 0 30 2 *' });
  await make('late', { schedule: '* * * * *' });
  await cluster.advance(102 * 60_000);
  const told = async (name: string) => {
    await client.patch(name, mergePatch({ spec: { suspend: false } }), { namespace });
    const [event] = await waitFor(async () => {
      const { items } = await cluster.client
        .of(Events)
        .list({ namespace, fieldSelector: `involvedObject.name=${name},type=Warning` });
      return items.length > 0 && items;
    });
    await client.delete(name, { namespace, propagationPolicy: 'Background' });
    return [event?.reason, event?.message];
  };
  expect(await told('never')).toEqual([
    'InvalidSchedule',
    'invalid schedule: 0 0 30 2 * : time difference between two schedules is less than 1 second',
  ]);
  expect(await told('late')).toEqual([
    'TooManyMissedTimes',
    'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
  ]);
});

test('a job is made every minute and the last ones that succeeded are kept', async () => {
  await create('tick', 'Allow');
  await waitFor(async () => (await cluster.client.of(CronJobs).get('tick', { namespace })).metadata?.uid);
  for (let made = 1; made <= 3; made++) {
    await minute();
    for (const job of await count('tick', made)) if (!job.status?.completionTime) await complete(job);
  }
  await minute();
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
  await minute();
  await count('one', 1);
  const [first] = await count('swap', 1);
  await minute();
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

test('an interval is counted from the last run, not from when somebody looks', async () => {
  const jobTemplate = { spec: { template } };
  const spec = { schedule: '@every 10m', jobTemplate };
  const client = cluster.client.of(CronJobs);
  const { metadata } = await client.create({ metadata: { name: 'paced', namespace }, spec } as never);
  await cluster.advance(5 * 60_000);
  await client.patch('paced', mergePatch({ metadata: { labels: { touched: 'yes' } } }), { namespace });
  await waitFor(async () => (await client.get('paced', { namespace })).metadata?.labels?.['touched']);
  await cluster.advance(5 * 60_000 + 1000);
  await count('paced', 1);
  const { status } = await waitFor(async () => {
    const found = await client.get('paced', { namespace });
    return found.status?.lastScheduleTime !== undefined && found;
  });
  const [last, made] = [status?.lastScheduleTime, metadata?.creationTimestamp].map((time) => Date.parse(time ?? ''));
  expect((last as number) - (made as number)).toBe(600_000);
});
