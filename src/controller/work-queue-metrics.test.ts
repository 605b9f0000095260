import { expect, test } from 'vitest';
import { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { WorkQueue } from './work-queue.ts';
import { createWorkQueueMetrics } from './work-queue-metrics.ts';

test('a queue tells how long keys wait and how long they are worked on', async () => {
  const clock = new VirtualClock();
  const registry = new MetricRegistry();
  const queue = new WorkQueue({ clock, observer: createWorkQueueMetrics(registry, 'pods') });
  queue.add('a');
  queue.add('a');
  queue.add('b');
  clock.advance(500);
  expect(await queue.take()).toBe('a');
  clock.advance(2000);
  queue.add('a');
  queue.done('a');
  queue.addRateLimited('c');
  const values = registry
    .render()
    .split('\n')
    .filter((line) => /^workqueue_\w+\{name="pods"\} /.test(line));
  expect(values).toEqual([
    'workqueue_adds_total{name="pods"} 3',
    'workqueue_depth{name="pods"} 2',
    'workqueue_queue_duration_seconds_sum{name="pods"} 0.5',
    'workqueue_queue_duration_seconds_count{name="pods"} 1',
    'workqueue_retries_total{name="pods"} 1',
    'workqueue_work_duration_seconds_sum{name="pods"} 2',
    'workqueue_work_duration_seconds_count{name="pods"} 1',
  ]);
});
