import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** Is told of every decision; times in seconds. */
export type AttemptObserver = (result: AttemptResult, seconds: number) => void;

const SECONDS = [
  0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192, 16.384,
];

/** Measures a scheduler under upstream's names; an observer a profile. */
export function createSchedulerMetrics(
  registry: MetricRegistry,
  profiles: readonly string[],
  queue: Pick<SchedulingQueue, 'sizes'>,
): ReadonlyMap<string, AttemptObserver> {
  registry.collected('gauge', 'scheduler_pending_pods', {
    help: 'Pods that wait to be scheduled, by queue',
    labels: ['queue'],
    collect() {
      const { active, backoff, unschedulable, gated } = queue.sizes;
      return [
        [['active'], active],
        [['backoff'], backoff],
        [['unschedulable'], unschedulable],
        [['gated'], gated],
      ];
    },
  });
  const labels = ['result', 'profile'];
  const attempts = registry.counter('scheduler_schedule_attempts_total', 'Decisions about pods', labels);
  const durations = registry.histogram('scheduler_scheduling_attempt_duration_seconds', 'Time of a decision', {
    labels,
    buckets: SECONDS,
  });
  return new Map(
    profiles.map((profile): [string, AttemptObserver] => [
      profile,
      (result, seconds) => {
        attempts.labels(result, profile).inc();
        durations.labels(result, profile).observe(seconds);
      },
    ]),
  );
}
