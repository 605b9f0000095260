import type { Job } from '#api/batch/v1/job.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Clock } from '#base/clock.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { endOf } from '../shared/finished-job.ts';
import { isPodFinished } from '../shared/pods.ts';
import { judgeFailure } from './failure-policy.ts';
import { parseIndexes } from './indexes.ts';
import { isIndexed, isTracked } from './job-pod.ts';

const MODE = 'completion_mode';
const modeOf = (job: Job): string => (isIndexed(job) ? 'Indexed' : 'NonIndexed');

/** What a look at a Job did. */
export type SyncAction = 'tracking' | 'pods_created' | 'pods_deleted';

/** Measures Jobs under upstream's names. */
export class JobMetrics {
  readonly #clock: Clock;
  readonly #syncs;
  readonly #syncTimes;
  readonly #finished;
  readonly #pods;
  readonly #indexes;
  readonly #created;
  readonly #judged;
  readonly #tracked;
  readonly #others;

  constructor(registry: MetricRegistry = new MetricRegistry(), clock: Clock) {
    this.#clock = clock;
    const counter = (name: string, help: string, labels: readonly string[]) =>
      registry.counter(`job_controller_${name}`, help, labels);
    const labels = [MODE, 'result', 'action'];
    this.#syncs = counter('job_syncs_total', 'Looks at Jobs', labels);
    this.#syncTimes = registry.histogram('job_controller_job_sync_duration_seconds', 'Time of a look at a Job', {
      labels,
      buckets: exponentialBuckets(0.004, 2, 15),
    });
    this.#finished = counter('jobs_finished_total', 'Jobs that have ended', [MODE, 'result', 'reason']);
    this.#pods = counter('job_pods_finished_total', 'Pods that have ended and are counted', [MODE, 'result']);
    this.#indexes = counter('job_finished_indexes_total', 'Indexes that have ended', ['status', 'backoffLimit']);
    this.#created = counter('job_pods_creation_total', 'Pods that were made, or could not be', ['reason', 'status']);
    this.#judged = counter('pod_failures_handled_by_failure_policy_total', 'Failures that a policy has judged', [
      'action',
    ]);
    this.#tracked = counter('terminated_pods_tracking_finalizer_total', 'Pods that have ended and are to be counted', [
      'event',
    ]);
    this.#others = counter('jobs_by_external_controller_total', 'Jobs that others see to', ['controller_name']);
  }

  /** A look at a Job that began at `startedAt` is over. */
  synced(job: Job, { action, startedAt, isDone }: { action: SyncAction; startedAt: number; isDone: boolean }): void {
    const values = [modeOf(job), isDone ? 'success' : 'error', action];
    this.#syncs.labels(...values).inc();
    this.#syncTimes.labels(...values).observe((this.#clock.monotonic() - startedAt) / 1000);
  }

  /** A Job's status was written. `failed` are the pods whose failure is noted with that. */
  noted(before: Job, after: Job, failed: readonly Pod[]): void {
    const mode = modeOf(after);
    const grown = (of: (status: NonNullable<Job['status']>) => number) =>
      Math.max(0, of(after.status ?? {}) - of(before.status ?? {}));
    this.#pods.labels(mode, 'succeeded').inc(grown(({ succeeded = 0 }) => succeeded));
    this.#pods.labels(mode, 'failed').inc(grown((status) => status.failed ?? 0));
    if (isIndexed(after)) {
      const backoff = after.spec?.backoffLimitPerIndex === undefined ? 'global' : 'perIndex';
      this.#indexes.labels('succeeded', backoff).inc(grown(({ succeeded = 0 }) => succeeded));
      if (before.status?.failedIndexes !== after.status?.failedIndexes) {
        this.#indexes.labels('failed', backoff).inc(grown(({ failedIndexes }) => parseIndexes(failedIndexes).size));
      }
    }
    const end = endOf(before) ? undefined : endOf(after);
    if (end) this.#finished.labels(mode, end.type === 'Failed' ? 'failed' : 'succeeded', end.reason ?? '').inc();
    if (after.spec?.podFailurePolicy === undefined) return;
    for (const pod of failed) this.#judged.labels(judgeFailure(after, pod).action).inc();
  }

  /** A pod was to be made. */
  madePod({ spec, status }: Job, isMade: boolean): void {
    const isFirst = !status?.failed && !status?.terminating;
    const others = spec?.podReplacementPolicy === 'Failed' ? 'recreate_failed' : 'recreate_terminating_or_failed';
    this.#created.labels(isFirst ? 'new' : others, isMade ? 'succeeded' : 'failed').inc();
  }

  /** A pod has changed, has come or has gone. */
  sawPod(pod: Pod | undefined, old: Pod | undefined): void {
    const now = pod !== undefined && isPodFinished(pod) && isTracked(pod);
    const before = old !== undefined && isPodFinished(old) && isTracked(old);
    if (now !== before) this.#tracked.labels(now ? 'add' : 'delete').inc();
  }

  /** A Job has come that somebody else sees to. */
  sawForeign({ spec }: Job): void {
    this.#others.labels(spec?.managedBy ?? '').inc();
  }
}
