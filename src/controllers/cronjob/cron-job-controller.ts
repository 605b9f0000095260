import { type CronJob, type CronJobStatus, CronJobs } from '#api/batch/v1/cron-job.ts';
import { type CronSchedule, parseCronSchedule } from '#api/batch/v1/cron-schedule.ts';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import type { ObjectReference } from '#api/core/v1/references.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { HistogramCell } from '#base/metrics/metric-registry.ts';
import type { Informer } from '#client/informer.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { isControlledBy, newControllerReference } from '#controller/owner-references.ts';
import { isAlreadyExists, isNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { formatTime, parseTime } from '#machinery/objects/time.ts';
import { endOf } from '../shared/finished-job.ts';
import { isNamespaceTerminating, messageOf } from '../shared/pod-control.ts';
import { BY_CONTROLLER, controllerIndex } from '../shared/pod-index.ts';
import { formatInZone, lastMissed, nextTime, type Offset, zoneOffset } from './schedule-times.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const KIND = { apiVersion: 'batch/v1', kind: 'CronJob' };
const TOO_MANY = 100;
/** A little after the minute, so that it has surely begun. */
const MARGIN_MS = 100;

/** Makes Jobs on schedule. */
export class CronJobController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #cronJobs: OwnWrites<CronJob>;
  readonly #jobs: Informer<Job>;
  readonly #jobWrites: OwnWrites<Job>;
  /** How long after its time a Job is made. */
  readonly #skew: HistogramCell | undefined;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#cronJobs = new OwnWrites(context.informers.of(CronJobs));
    this.#jobs = controllerIndex(context.informers.of(Jobs));
    this.#jobWrites = new OwnWrites(this.#jobs);
    this.#skew = context.metrics
      ?.histogram(
        'cronjob_controller_job_creation_skew_duration_seconds',
        'Time from when a Job is due until it is made',
        {
          buckets: exponentialBuckets(1, 2, 10),
        },
      )
      .labels();
    this.controller = new Controller('cronjob', context)
      .for(CronJobs)
      .owns(Jobs, 'CronJob')
      .reconciles((key) => this.#reconcile(key));
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const cronJob = this.#cronJobs.get(key);
    if (cronJob === undefined) return undefined;
    const known = this.#jobs.store.byIndex(BY_CONTROLLER, cronJob.metadata?.uid ?? '');
    const jobs = this.#jobWrites.current(known, (job) => isControlledBy(job, cronJob));
    await this.#cleanUp(cronJob, jobs);
    const observed = await this.#updateStatus(cronJob, await this.#observe(cronJob, jobs));
    if (observed.metadata?.deletionTimestamp) return undefined;
    return this.#run(observed, jobs);
  }

  #tell(cronJob: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(cronJob, type, reason, message);
  }

  /** The status by the Jobs there are: which go on, and when one last succeeded. */
  async #observe(cronJob: CronJob, jobs: readonly Job[]): Promise<CronJobStatus> {
    const { status } = cronJob;
    const byUid = new Map(jobs.map((job) => [job.metadata?.uid, job]));
    const active: NonNullable<CronJobStatus['active']>[number][] = [];
    for (const reference of status?.active ?? []) {
      const { uid, name } = reference;
      const job = byUid.get(uid) ?? (await this.#find(reference));
      const end = job && endOf(job);
      if (end) this.#tell(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
      else if (job) active.push(reference);
      else this.#tell(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    }
    for (const job of jobs) {
      if (endOf(job) || status?.active?.some(({ uid }) => uid === job.metadata?.uid)) continue;
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata?.name}`;
      this.#tell(cronJob, 'Warning', 'UnexpectedJob', message);
    }
    const successes = jobs
      .filter((job) => endOf(job)?.type === 'Complete')
      .flatMap(({ status: done }) => done?.completionTime ?? []);
    const last = [status?.lastSuccessfulTime, ...successes]
      .filter((time) => time !== undefined)
      .sort()
      .at(-1);
    const { active: _, ...rest } = status ?? {};
    return { ...rest, ...(active.length > 0 ? { active } : {}), ...(last ? { lastSuccessfulTime: last } : {}) };
  }

  /** Asks the server for a Job that is said to run: the copy may be behind. */
  async #find({ name = '', namespace = '', uid }: ObjectReference): Promise<Job | undefined> {
    try {
      const job = await this.#context.client.of(Jobs).get(name, { namespace });
      return job.metadata?.uid === uid ? job : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #run(cronJob: CronJob, jobs: readonly Job[]): Promise<Result | undefined> {
    const { spec, status, metadata } = cronJob;
    const now = this.#context.clock.now();

    const zone = this.#zoneOf(cronJob);
    if (zone === undefined || spec?.suspend) return undefined;
    const schedule = this.#scheduleOf(cronJob);
    if (schedule === undefined) return undefined;
    const begin = parseTime(status?.lastScheduleTime ?? metadata?.creationTimestamp ?? formatTime(now));
    const deadline = spec?.startingDeadlineSeconds;
    const after = deadline === undefined ? begin : Math.max(begin, now - millisecondsOf(deadline));
    if (nextTime(schedule, after, zone) === undefined) {
      const message = `invalid schedule: ${spec?.schedule} : time difference between two schedules is less than 1 second`;
      this.#tell(cronJob, 'Warning', 'InvalidSchedule', message);
      return undefined;
    }
    const { time, missed } = lastMissed(schedule, { after, now, offset: zone });
    // Counted on from the last time, wherever the deadline lies, as intervals are.
    const last = lastMissed(schedule, { after: begin, now, offset: zone }).time ?? begin;
    const next = nextTime(schedule, last, zone);
    const again = next === undefined ? undefined : { requeueAfterMs: Math.max(0, next - now) + MARGIN_MS };
    if (missed > TOO_MANY) {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      this.#tell(cronJob, 'Warning', 'TooManyMissedTimes', message);
    }
    if (time === undefined) return again;
    if (!(await this.#makeRoom(cronJob, jobs))) return again;
    await this.#start(cronJob, { time, zone });
    return again;
  }

  /** Undefined, after telling so, for a zone that nobody knows: trying again would not help. */
  #zoneOf(cronJob: CronJob): Offset | undefined {
    const { timeZone } = cronJob.spec ?? {};
    try {
      return zoneOffset(timeZone);
    } catch {
      const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
      this.#tell(cronJob, 'Warning', 'UnknownTimeZone', message);
      return undefined;
    }
  }

  #scheduleOf(cronJob: CronJob): CronSchedule | undefined {
    const { schedule = '' } = cronJob.spec ?? {};
    try {
      return parseCronSchedule(schedule);
    } catch (error) {
      const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${messageOf(error)}`;
      this.#tell(cronJob, 'Warning', 'UnparseableSchedule', message);
      return undefined;
    }
  }

  /** Whether the concurrency policy lets another Job begin now. */
  async #makeRoom(cronJob: CronJob, jobs: readonly Job[]): Promise<boolean> {
    const active = cronJob.status?.active ?? [];
    if (active.length === 0) return true;
    if (cronJob.spec?.concurrencyPolicy === 'Forbid') {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#tell(cronJob, 'Normal', 'JobAlreadyActive', message);
      return false;
    }
    if (cronJob.spec?.concurrencyPolicy !== 'Replace') return true;
    const running = jobs.filter((job) => active.some(({ uid }) => uid === job.metadata?.uid));
    await Promise.all(running.map((job) => this.#delete(cronJob, job)));
    return true;
  }

  async #start(cronJob: CronJob, { time, zone }: { readonly time: number; readonly zone: Offset }): Promise<void> {
    const { name, namespace = '' } = cronJob.metadata ?? {};
    const { metadata, spec } = cronJob.spec?.jobTemplate ?? {};
    const wanted = {
      metadata: {
        name: `${name}-${Math.floor(time / 60_000)}`,
        namespace,
        ...(metadata?.labels ? { labels: metadata.labels } : {}),
        annotations: { ...metadata?.annotations, [SCHEDULED]: formatInZone(time, zone) },
        ownerReferences: [newControllerReference(cronJob, KIND)],
      },
      spec,
    } as Job;
    const job = await this.#create(cronJob, wanted);
    if (job === undefined) return;
    this.#skew?.observe((this.#context.clock.now() - time) / 1000);
    const { resourceVersion, uid } = job.metadata ?? {};
    const reference = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: job.metadata?.name,
      namespace,
      uid,
      resourceVersion,
    };
    const kept = cronJob.spec?.concurrencyPolicy === 'Replace' ? [] : (cronJob.status?.active ?? []);
    const active = kept.some((one) => one.uid === uid) || endOf(job) ? kept : [...kept, reference];
    const { active: _, ...rest } = cronJob.status ?? {};
    await this.#updateStatus(cronJob, {
      ...rest,
      ...(active.length > 0 ? { active } : {}),
      lastScheduleTime: formatTime(time),
    });
  }

  async #create(cronJob: CronJob, wanted: Job): Promise<Job | undefined> {
    const client = this.#context.client.of(Jobs);
    const { name = '', namespace = '' } = wanted.metadata ?? {};
    try {
      const job = this.#jobWrites.wrote(await client.create(wanted));
      this.#tell(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      return job;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      if (isAlreadyExists(error)) {
        const job = await client.get(name, { namespace });
        // Somebody else's of that name: this time is theirs.
        return isControlledBy(job, cronJob) ? job : undefined;
      }
      this.#tell(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  /** Keeps only so many ended Jobs, the latest. */
  async #cleanUp(cronJob: CronJob, jobs: readonly Job[]): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec ?? {};
    const limits = [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const;
    for (const [type, limit] of limits) {
      if (limit === undefined) continue;
      const ended = jobs
        .filter((job) => endOf(job)?.type === type && job.metadata?.deletionTimestamp === undefined)
        .sort(byStart);
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) await this.#delete(cronJob, job);
    }
  }

  async #delete(cronJob: CronJob, job: Job): Promise<void> {
    const { name = '', namespace = '' } = job.metadata ?? {};
    try {
      await this.#context.client.of(Jobs).delete(name, { namespace, propagationPolicy: 'Background' });
      this.#jobWrites.deleted(job);
      this.#tell(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
    } catch (error) {
      if (isNotFound(error)) return;
      this.#tell(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      throw error;
    }
  }

  async #updateStatus(cronJob: CronJob, status: CronJobStatus): Promise<CronJob> {
    if (deepEqual(cronJob.status ?? {}, status)) return cronJob;
    return this.#cronJobs.wrote(await this.#context.client.of(CronJobs).updateStatus({ ...cronJob, status }));
  }
}

/** Those that never started last. */
function byStart(a: Job, b: Job): number {
  const [left, right] = [a, b].map(({ metadata, status }) => `${status?.startTime ?? '~'} ${metadata?.name}`);
  return (left as string) < (right as string) ? -1 : 1;
}
