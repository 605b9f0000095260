import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { WorkQueue, WorkQueueObserver } from './work-queue.ts';

const SECONDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10];

/** Tells of a queue how long keys have been worked on that are not done. */
export function followUnderWay(registry: MetricRegistry, name: string, queue: Pick<WorkQueue, 'underWay'>): void {
  const labels = ['name'];
  registry
    .gauge('workqueue_unfinished_work_seconds', 'Seconds of work on keys that are not done', labels)
    .labels(name)
    .follow(() => queue.underWay().total);
  registry
    .gauge('workqueue_longest_running_processor_seconds', 'Seconds of work on the key that takes longest', labels)
    .labels(name)
    .follow(() => queue.underWay().longest);
}

/** Measures the queue of a controller under upstream's names. */
export function createWorkQueueMetrics(registry: MetricRegistry, name: string): WorkQueueObserver {
  const labels = ['name'];
  const depth = registry.gauge('workqueue_depth', 'Keys that wait for a worker', labels).labels(name);
  const adds = registry.counter('workqueue_adds_total', 'Keys that came in', labels).labels(name);
  const retries = registry.counter('workqueue_retries_total', 'Keys whose work failed', labels).labels(name);
  const seconds = { labels, buckets: SECONDS };
  const waits = registry.histogram('workqueue_queue_duration_seconds', 'Time until a worker takes a key', seconds);
  const works = registry.histogram('workqueue_work_duration_seconds', 'Time that a worker takes for a key', seconds);
  const waited = waits.labels(name);
  const worked = works.labels(name);
  return {
    added(size) {
      adds.inc();
      depth.set(size);
    },
    taken(size, time) {
      depth.set(size);
      waited.observe(time);
    },
    done: (time) => worked.observe(time),
    retried: () => retries.inc(),
  };
}
