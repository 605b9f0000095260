import { monitorEventLoopDelay } from 'node:perf_hooks';
import { featureGates } from '#api/feature-gates.ts';
import { settledFeatures } from '#api/settled-features.ts';
import type { Clock } from '#base/clock.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import { versionInfo } from '../version.ts';

/** What the process uses, and which version it is. Read when somebody asks. */
export function addProcessMetrics(registry: MetricRegistry, clock: Clock): void {
  const gauge = (name: string, help: string, value: () => number) =>
    registry.collected('gauge', name, { help, collect: () => [[[], value()]] });
  registry.collected('counter', 'process_cpu_seconds_total', {
    help: 'Processor time used',
    collect: () => {
      const { user, system } = process.cpuUsage();
      return [[[], (user + system) / 1e6]];
    },
  });
  gauge('process_resident_memory_bytes', 'Memory in use', () => process.memoryUsage.rss());
  gauge('process_virtual_memory_bytes', 'Heap and memory outside it', () => {
    const { heapTotal, external } = process.memoryUsage();
    return heapTotal + external;
  });
  const startedAt = clock.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'Start of the process since the Unix epoch', () => startedAt);
  gauge('nodejs_heap_size_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed);
  gauge('nodejs_heap_size_total_bytes', 'Heap taken', () => process.memoryUsage().heapTotal);
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap', () => process.memoryUsage().external);
  addEventLoopDelay(registry);
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = versionInfo;
  const info = {
    major,
    minor,
    git_version: gitVersion,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    build_date: buildDate,
    go_version: goVersion,
    compiler,
    platform,
  };
  registry.collected('gauge', 'kubernetes_build_info', {
    help: 'The version, as labels',
    labels: Object.keys(info),
    collect: () => [[Object.values(info), 1]],
  });
}

/** Which features are on, of those that somebody may turn on and those that are always there. */
export function addFeatureMetrics(registry: MetricRegistry, on: ReadonlySet<string>): void {
  registry.collected('gauge', 'kubernetes_feature_enabled', {
    help: 'Whether a feature is on, by its name and stage',
    labels: ['name', 'stage'],
    collect: function* () {
      for (const [name, { stage }] of featureGates) yield [[name, stage], on.has(name) ? 1 : 0];
      for (const [name, stage] of settledFeatures) yield [[name, stage], 1];
    },
  });
}

/** Measured only while somebody asks now and then: from one answer to the next. */
function addEventLoopDelay(registry: MetricRegistry): void {
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  registry.collected('gauge', 'nodejs_eventloop_lag_seconds', {
    help: 'How late timers were since the last time this was asked, by quantile',
    labels: ['quantile'],
    collect: () => {
      if (histogram === undefined) {
        histogram = monitorEventLoopDelay({ resolution: 20 });
        histogram.enable();
        return [];
      }
      const at = (percentile: number) => (histogram?.percentile(percentile) ?? 0) / 1e9;
      const values = [
        [['0.5'], at(50)],
        [['0.99'], at(99)],
        [['1'], (histogram.max || 0) / 1e9],
      ] as const;
      histogram.reset();
      return values;
    },
  });
}
