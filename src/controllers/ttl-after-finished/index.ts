import { Jobs } from '#api/batch/v1/job.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import { Controller, type Result } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { endTimeOf } from '../shared/finished-job.ts';

/** Deletes Jobs some time after their end, where they say when. */
export function createTtlAfterFinishedController(context: ControllerContext): Runnable {
  const jobs = context.informers.of(Jobs);

  const late = context.metrics
    ?.histogram(
      'ttl_after_finished_controller_job_deletion_duration_seconds',
      'Time from when a Job is due to go until it has gone',
      {
        buckets: exponentialBuckets(0.1, 2, 14),
      },
    )
    .labels();

  const reconcile = async (key: string): Promise<Result | undefined> => {
    const job = jobs.store.getByKey(key);
    const ttl = job?.spec?.ttlSecondsAfterFinished;
    const ended = job && endTimeOf(job);
    if (ttl === undefined || ended === undefined || job?.metadata?.deletionTimestamp) return undefined;
    const wait = ended + ttl * 1000 - context.clock.now();
    if (wait > 0) return { requeueAfterMs: wait };
    const { name = '', namespace = '', uid, resourceVersion } = job?.metadata ?? {};
    const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
    await ignoring(
      isNotFound,
      context.client.of(Jobs).delete(name, { namespace, propagationPolicy: 'Foreground', preconditions }),
    );
    late?.observe((context.clock.now() - ended) / 1000 - ttl);
    return undefined;
  };

  return new Controller('ttl-after-finished', context).for(Jobs).reconciles(reconcile);
}
