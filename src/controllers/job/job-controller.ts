import { type Job, type JobStatus, Jobs } from '#api/batch/v1/job.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { keyOf } from '#client/object-store.ts';
import { jsonPatch } from '#client/options.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { controllerOf, isControlledBy } from '#controller/owner-references.ts';
import { isNotFound, isStatus } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { Claimer } from '../shared/claimer.ts';
import { gatherTime } from '../shared/gather.ts';
import { isKept, PodControl } from '../shared/pod-control.ts';
import { isPodActive, isPodFinished } from '../shared/pods.ts';
import { SlowStart } from '../shared/slow-start.ts';
import { JobGangs } from './job-gang.ts';
import { JobMetrics, type SyncAction } from './job-metrics.ts';
import { type Ending, endingOf, lastSuccessOf, planJob } from './job-plan.ts';
import { isIndexed, isTracked, jobPod, TRACKING, withoutTracking } from './job-pod.ts';
import { awaitingReplacement, isFailedFor, type JobState, observeJob } from './job-state.ts';
import { isFinishedJob, jobStatus } from './job-status.ts';
import { OpenPods } from './open-pods.ts';

/** A Job whose pods are refused is tried at least so often: upstream's figure, as all of its work is bounded in time. */
const LAST_RETRY_MS = 60_000;

/** Runs pods until enough of them have succeeded. */
export class JobController {
  readonly controller: Controller;
  readonly #context: ControllerContext;
  readonly #pods: OpenPods;
  readonly #podWrites: OwnWrites<Pod>;
  readonly #writes: OwnWrites<Job>;
  readonly #podControl: PodControl;
  readonly #claimer: Claimer<Job, Pod>;
  readonly #slowStart = new SlowStart();
  /** Where pods of Jobs may be scheduled together. */
  readonly #gangs: JobGangs | undefined;
  readonly #metrics: JobMetrics;

  constructor(context: ControllerContext, { withGangs = false } = {}) {
    this.#context = context;
    this.#metrics = new JobMetrics(context.metrics, context.clock);
    this.#gangs = withGangs ? new JobGangs(context) : undefined;
    this.#pods = new OpenPods(context.informers.of(Pods));
    this.#podWrites = new OwnWrites(this.#pods.informer);
    this.#writes = new OwnWrites(context.informers.of(Jobs));
    this.#podControl = new PodControl(context, this.#podWrites);
    this.#claimer = new Claimer(context.client, {
      owners: Jobs,
      members: Pods,
      writes: this.#podWrites,
      finalizers: [TRACKING],
    });
    context.informers.of(Pods).addHandler({
      added: (pod) => this.#metrics.sawPod(pod, undefined),
      updated: (pod, old) => this.#metrics.sawPod(pod, old),
      deleted: (pod) => this.#metrics.sawPod(undefined, pod),
    });
    context.informers.of(Jobs).addHandler({ added: (job) => isForeign(job) && this.#metrics.sawForeign(job) });
    this.controller = new Controller('job', context, { lastRetryMs: LAST_RETRY_MS })
      .for(Jobs)
      .owns(Pods, 'Job')
      .watches(Pods, (pod) => (controllerOf(pod) ? [] : this.#keysWanting(pod)))
      .gathers((key) => {
        const { uid = '' } = context.informers.of(Jobs).store.getByKey(key)?.metadata ?? {};
        return gatherTime(this.#pods.count(uid));
      })
      .reconciles((key) => this.#reconcile(key));
  }

  #keysWanting({ metadata }: Pod): string[] {
    return this.#context.informers
      .of(Jobs)
      .store.list()
      .filter((job) => job.metadata?.namespace === metadata?.namespace)
      .filter(({ spec }) => selectorFromObject(spec?.selector).matches(metadata?.labels ?? {}))
      .map(keyOf);
  }

  async #reconcile(key: string): Promise<Result | undefined> {
    const job = this.#writes.get(key);
    if (job === undefined) return this.#releaseOf(key);
    await this.#release(this.#leftBehind(job, key));
    // Somebody else looks after it.
    if (isForeign(job)) return undefined;
    if (isFinishedJob(job)) return this.#release(this.#podsOf(job).filter((pod) => isControlledBy(pod, job)));
    const selector = selectorFromObject(job.spec?.selector);
    const pods = await this.#claimer.claim(job, selector, this.#podsOf(job));
    const now = this.#context.clock.now();
    const startedAt = this.#context.clock.monotonic();
    const state = observeJob(job, pods);
    const ending = endingOf(job, state, { pods, now });
    const { error, waitMs, action } = await this.#act(job, { pods, state, ending, now });
    const after = this.#podsOf(job).filter((pod) => isControlledBy(pod, job));
    const noted = await this.#updateStatus(job, { pods: after, ending, now });
    // Only now that they are noted may finished pods go.
    await this.#release(this.#noted(noted, after, ending));
    this.#metrics.synced(job, { action, startedAt, isDone: !error });
    const next = this.#nextLook(noted, { ending, waitMs, now });
    if (!error) return next;
    // Its deadline comes, whatever goes wrong.
    if (next?.requeueAfterMs !== undefined) this.controller.queue.addAfter(key, next.requeueAfterMs);
    throw error;
  }

  #podsOf(job: Job): Pod[] {
    const { uid = '', namespace = '' } = job.metadata ?? {};
    return this.#podWrites.current(this.#pods.of(uid, namespace), (pod) => isControlledBy(pod, job));
  }

  /** Creates and deletes pods; a Job that has come to its end keeps none. */
  async #act(
    job: Job,
    { pods, state, ending, now }: { pods: readonly Pod[]; state: JobState; ending: Ending | undefined; now: number },
  ): Promise<{ error: unknown; waitMs: number; action: SyncAction }> {
    if (job.metadata?.deletionTimestamp) return { error: undefined, waitMs: 0, action: 'tracking' };
    const lastSuccess = () => lastSuccessOf(this.#pods.all(job.metadata?.uid ?? ''));
    const plan = ending
      ? { create: [], remove: state.active, waitMs: 0 }
      : planJob(job, state, { pods, lastSuccess, now });
    const limited = job.spec?.backoffLimitPerIndex !== undefined;
    const group = ending ? undefined : await this.#gangs?.groupOf(job, pods);
    const queue = [...plan.create];
    const made = await this.#slowStart.run(job.metadata?.uid ?? '', queue.length, () => {
      const index = queue.shift();
      const failures = limited && index !== undefined ? (state.indexFailures.get(index) ?? NO_FAILURES) : undefined;
      return this.#create(job, jobPod(job, index, { failures, group }));
    });
    // Pods that are only too many have not failed: they go uncounted.
    const counts = ending?.type === 'Failed';
    const gone = await Promise.allSettled(plan.remove.map((pod) => this.#remove(job, pod, counts)));
    const failure = gone.find((result) => result.status === 'rejected');
    const action = plan.create.length > 0 ? 'pods_created' : plan.remove.length > 0 ? 'pods_deleted' : 'tracking';
    return { error: made.error ?? failure?.reason, waitMs: plan.waitMs, action };
  }

  /** Resolves with the pod, or with undefined where none can be made any more. */
  async #create(job: Job, pod: Pod): Promise<Pod | undefined> {
    let isMade = false;
    try {
      const made = await this.#podControl.create(job, pod);
      isMade = true;
      return made;
    } finally {
      this.#metrics.madePod(job, isMade);
    }
  }

  async #remove(job: Job, pod: Pod, counts: boolean): Promise<void> {
    if (!counts && isTracked(pod)) await this.#removeFinalizer(pod);
    await this.#podControl.delete(job, pod);
  }

  async #updateStatus(
    job: Job,
    { pods, ending, now }: { pods: readonly Pod[]; ending: Ending | undefined; now: number },
  ): Promise<Job> {
    const state = observeJob(job, pods, hasFailed(ending, pods));
    const status = jobStatus(job, { pods, state, ending, now });
    if (deepEqual({ ...ZERO, ...job.status }, { ...ZERO, ...status })) return job;
    const noted = this.#writes.wrote(await this.#context.client.of(Jobs).updateStatus({ ...job, status }));
    this.#metrics.noted(job, noted, state.newFailed);
    this.#tell(job, noted);
    return noted;
  }

  #tell(before: Job, after: Job): void {
    const { events } = this.#context;
    const is = ({ status }: Job, type: string) =>
      status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
    const failed = is(after, 'Failed');
    if (failed && !is(before, 'Failed')) events.record(after, 'Warning', failed.reason ?? '', failed.message ?? '');
    if (is(after, 'Complete') && !is(before, 'Complete')) {
      const { completions } = after.spec ?? {};
      if (completions !== undefined && (after.status?.succeeded ?? 0) > completions) {
        const message = 'Too many succeeded pods running after completion count reached';
        events.record(after, 'Warning', 'TooManySucceededPods', message);
      }
      events.record(after, 'Normal', 'Completed', 'Job completed');
    }
    if (is(after, 'Suspended') && !is(before, 'Suspended'))
      events.record(after, 'Normal', 'Suspended', 'Job suspended');
    if (!is(after, 'Suspended') && is(before, 'Suspended')) events.record(after, 'Normal', 'Resumed', 'Job resumed');
  }

  /** Pods that the status has noted, or that do not count: finished ones, and all when the Job is at its end. */
  #noted(job: Job, pods: readonly Pod[], ending: Ending | undefined): Pod[] {
    const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
    const noted = new Set([...succeeded, ...failed]);
    const goes = ending !== undefined || job.metadata?.deletionTimestamp !== undefined;
    const state = observeJob(job, pods, hasFailed(ending, pods));
    const held = goes ? NONE : awaitingReplacement(job, state, pods);
    // Which index has succeeded is noted without the pod's uid.
    const unnoted = new Set<Pod>([...state.newFailed, ...(isIndexed(job) ? [] : state.newSucceeded)]);
    return pods.filter((pod) => {
      if (!isTracked(pod) || (ending && isPodActive(pod))) return false;
      const { uid = '' } = pod.metadata ?? {};
      if (held.has(uid)) return false;
      if (!goes && !isPodFinished(pod) && !isFailedFor(job, pod)) return false;
      return noted.has(uid) || !unnoted.has(pod);
    });
  }

  /** Lets the pods of a Job that is gone go too. */
  async #releaseOf(key: string): Promise<undefined> {
    return this.#release(this.#podWrites.current(this.#pods.trackedBy(key), () => false));
  }

  /** Pods that go, of a Job that is gone and has left its name to this one. */
  #leftBehind({ metadata }: Job, key: string): Pod[] {
    const left = this.#pods
      .trackedBy(key)
      .filter((pod) => pod.metadata?.deletionTimestamp !== undefined && controllerOf(pod)?.uid !== metadata?.uid);
    return left.length > 0 ? this.#podWrites.current(left, () => false) : [];
  }

  async #release(pods: readonly Pod[]): Promise<undefined> {
    await Promise.all(pods.filter(isTracked).map((pod) => this.#removeFinalizer(pod)));
    return undefined;
  }

  async #removeFinalizer(pod: Pod): Promise<void> {
    const { name = '', namespace = '' } = pod.metadata ?? {};
    try {
      const left = await this.#context.client.of(Pods).patch(name, jsonPatch(withoutTracking(pod)), { namespace });
      if (left.metadata?.deletionTimestamp && !isKept(left)) this.#podWrites.deleted(left);
      else this.#podWrites.wrote(left);
    } catch (error) {
      if (isNotFound(error)) return this.#podWrites.deleted(pod);
      // The finalizer is not there any more: the copy was behind.
      if (!isStatus(error, 'Invalid')) throw error;
    }
  }

  #nextLook(
    job: Job,
    { ending, waitMs, now }: { ending: Ending | undefined; waitMs: number; now: number },
  ): Result | undefined {
    if (ending) return undefined;
    const waits = waitMs > 0 ? [waitMs] : [];
    const { activeDeadlineSeconds, suspend } = job.spec ?? {};
    if (activeDeadlineSeconds !== undefined && job.status?.startTime && !suspend) {
      waits.push(Math.max(1, parseTime(job.status.startTime) + millisecondsOf(activeDeadlineSeconds) - now));
    }
    return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : undefined;
  }
}

const isForeign = ({ spec }: Job): boolean =>
  spec?.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';

const NONE: ReadonlySet<string> = new Set();
const NO_FAILURES = { counted: 0, ignored: 0 };

/** A Job has failed for good only when its last active pod is on its way out. */
const hasFailed = (ending: Ending | undefined, pods: readonly Pod[]) => ({
  hasFailed: ending?.type === 'Failed' && !pods.some(isPodActive),
});

/** Counts of zero may be left out of what is stored. */
const ZERO: JobStatus = { active: 0, succeeded: 0, failed: 0, uncountedTerminatedPods: {}, conditions: [] };
