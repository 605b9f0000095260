import type { Clock } from '#base/clock.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { PointObserver } from './framework/framework.ts';
import type { PluginMeasures } from './framework/measured-plugin.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';
import { schedulerNameOf } from './state/pod-info.ts';

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

const ATTEMPT_SECONDS = exponentialBuckets(0.001, 2, 15);
const POINT_SECONDS = exponentialBuckets(0.0001, 2, 12);
const PLUGIN_SECONDS = exponentialBuckets(0.00001, 1.5, 20);
const EVICTION_SECONDS = exponentialBuckets(0.01, 2, 20);
const SLI_SECONDS = exponentialBuckets(0.01, 2, 20);
const TRIES = exponentialBuckets(1, 2, 5);
const VICTIMS = exponentialBuckets(1, 2, 7);
/** From here on attempts are told apart no more. */
const MANY_ATTEMPTS = 15;

/** What is counted when it is asked for. */
export interface MeasuredParts {
  readonly queue: Pick<SchedulingQueue, 'sizes' | 'values' | 'happenings'>;
  readonly state: Pick<ClusterState, 'counts'>;
  /** Bindings under way. */
  readonly bindings: () => number;
}

/** Measures a scheduler under upstream's names; times in seconds. */
export class SchedulerMetrics {
  readonly #clock: Clock;
  readonly #attempts: Labelled<Cell>;
  readonly #durations: Labelled<HistogramCell>;
  readonly #algorithm: HistogramCell;
  readonly #tries: HistogramCell;
  readonly #sli: Labelled<HistogramCell>;
  readonly #afterFlush: Cell;
  readonly #points: Labelled<HistogramCell>;
  readonly #plugins: Labelled<HistogramCell>;
  readonly #evaluations: Labelled<Cell>;
  readonly #batches: Labelled<Cell>;
  readonly #incoming: Labelled<Cell>;
  readonly #permitWaits: Labelled<HistogramCell>;
  readonly #preemptions: Cell;
  readonly #victims: HistogramCell;
  readonly #evictions: Labelled<Cell>;
  readonly #evictionTimes: Labelled<HistogramCell>;
  readonly #claims: Labelled<Cell>;
  readonly #groups: Labelled<Cell>;
  readonly #groupDurations: Labelled<HistogramCell>;
  readonly #groupAlgorithm: Labelled<HistogramCell>;

  constructor(registry: MetricRegistry, clock: Clock) {
    this.#clock = clock;
    const result = ['result', 'profile'];
    const counter = (name: string, help: string, labels: readonly string[] = []) =>
      registry.counter(`scheduler_${name}`, help, labels);
    const histogram = (name: string, help: string, buckets: readonly number[], labels: readonly string[] = []) =>
      registry.histogram(`scheduler_${name}`, help, { labels, buckets });
    this.#attempts = counter('schedule_attempts_total', 'Attempts to schedule pods', result);
    this.#durations = histogram(
      'scheduling_attempt_duration_seconds',
      'Time of an attempt, with its binding',
      ATTEMPT_SECONDS,
      result,
    );
    this.#algorithm = histogram(
      'scheduling_algorithm_duration_seconds',
      'Time of a decision',
      ATTEMPT_SECONDS,
    ).labels();
    this.#tries = histogram('pod_scheduling_attempts', 'Attempts that a scheduled pod took', TRIES).labels();
    this.#sli = histogram(
      'pod_scheduling_sli_duration_seconds',
      'Time from when a pod could first be tried until it was scheduled',
      SLI_SECONDS,
      ['attempts'],
    );
    this.#afterFlush = counter('pod_scheduled_after_flush_total', 'Pods scheduled that nothing but time woke').labels();
    this.#points = histogram(
      'framework_extension_point_duration_seconds',
      'Time of all plugins of an extension point',
      POINT_SECONDS,
      ['extension_point', 'status', 'profile'],
    );
    this.#plugins = histogram('plugin_execution_duration_seconds', 'Time of a plugin', PLUGIN_SECONDS, [
      'plugin',
      'extension_point',
      'status',
    ]);
    this.#evaluations = counter('plugin_evaluation_total', 'How often a plugin was asked', [
      'plugin',
      'extension_point',
      'profile',
    ]);
    this.#batches = counter('batch_attempts_total', 'Pods by whether what was known of equal ones gave their node', [
      'profile',
      'result',
    ]);
    this.#incoming = counter('queue_incoming_pods_total', 'Pods that came into a queue', ['queue', 'event']);
    this.#permitWaits = histogram('permit_wait_duration_seconds', 'Time of waiting for a permit', ATTEMPT_SECONDS, [
      'result',
    ]);
    this.#preemptions = counter('preemption_attempts_total', 'Attempts to make room for a pod').labels();
    this.#victims = histogram('preemption_victims', 'Pods that were chosen to make room for one', VICTIMS).labels();
    this.#evictions = counter('preemption_goroutines_execution_total', 'Times that room was made', ['result']);
    this.#evictionTimes = histogram('preemption_goroutines_duration_seconds', 'Time of making room', EVICTION_SECONDS, [
      'result',
    ]);
    this.#claims = counter('resourceclaim_creates_total', 'Claims made for extended resources', ['status']);
    this.#groups = counter('podgroup_schedule_attempts_total', 'Attempts to schedule groups of pods', result);
    this.#groupDurations = histogram(
      'podgroup_scheduling_attempt_duration_seconds',
      'Time of an attempt to schedule a group of pods',
      ATTEMPT_SECONDS,
      result,
    );
    this.#groupAlgorithm = histogram(
      'podgroup_scheduling_algorithm_duration_seconds',
      'Time of looking for nodes for a group of pods',
      ATTEMPT_SECONDS,
    );
  }

  /** A decision was made for a pod that was taken at `startedAt`. */
  decided(startedAt: number): void {
    this.#algorithm.observe(this.#since(startedAt));
  }

  /** An attempt has ended otherwise than with a binding. */
  failed(result: Exclude<AttemptResult, 'scheduled'>, profile: string, startedAt: number): void {
    this.#ended(result, profile, startedAt);
  }

  /** A pod was bound. */
  scheduled(pod: QueuedPod, startedAt: number): void {
    this.#ended('scheduled', schedulerNameOf(pod.info), startedAt);
    const attempts = pod.attempts + 1;
    this.#tries.observe(attempts);
    const { firstAt } = pod;
    if (firstAt !== undefined) {
      this.#sli.labels(attempts >= MANY_ATTEMPTS ? `${MANY_ATTEMPTS}+` : `${attempts}`).observe(this.#since(firstAt));
    }
    if (pod.wasForgotten) this.#afterFlush.inc();
  }

  /** A pod came into a queue. */
  readonly entered = (queue: string, event: string): void => this.#incoming.labels(queue, event).inc();

  /** What a profile's extension points take. */
  pointsOf(profile: string): PointObserver {
    const cells = new Map<string, HistogramCell>();
    return (point, status, seconds) => {
      const key = `${point} ${status}`;
      let cell = cells.get(key);
      if (cell === undefined) cells.set(key, (cell = this.#points.labels(point, status, profile)));
      cell.observe(seconds);
    };
  }

  /** What a profile's plugins take. */
  pluginsOf(profile: string): PluginMeasures {
    return {
      evaluations: (plugin, point) => this.#evaluations.labels(plugin, point, profile),
      took: (plugin, point, status, seconds) => this.#plugins.labels(plugin, point, status).observe(seconds),
    };
  }

  /** Counts pods of a profile by whether what was known of equal ones gave their node. */
  batchesOf(profile: string): (isShared: boolean) => void {
    const used = this.#batches.labels(profile, 'hint_used');
    const unused = this.#batches.labels(profile, 'no_hint');
    return (isShared) => (isShared ? used : unused).inc();
  }

  /** A pod has waited for a permit. */
  waited(result: string, startedAt: number): void {
    this.#permitWaits.labels(result).observe(this.#since(startedAt));
  }

  /** It was tried to make room for a pod. */
  triedPreemption(): void {
    this.#preemptions.inc();
  }

  /** So many pods have to go. */
  choseVictims(count: number): void {
    this.#victims.observe(count);
  }

  /** Others were sent away, or could not be. */
  evicted(result: 'success' | 'error', startedAt: number): void {
    this.#evictions.labels(result).inc();
    this.#evictionTimes.labels(result).observe(this.#since(startedAt));
  }

  /** A claim for extended resources was made, or could not be. */
  claimCreated(status: 'success' | 'failure'): void {
    this.#claims.labels(status).inc();
  }

  /** Nodes were looked for for a group of pods since `startedAt`. */
  groupDecided(startedAt: number): void {
    this.#groupAlgorithm.labels().observe(this.#since(startedAt));
  }

  /** An attempt to schedule a group of pods has ended. */
  groupEnded(result: AttemptResult | 'waiting_on_preemption', profile: string, startedAt: number): void {
    this.#groups.labels(result, profile).inc();
    this.#groupDurations.labels(result, profile).observe(this.#since(startedAt));
  }

  #ended(result: AttemptResult, profile: string, startedAt: number): void {
    this.#attempts.labels(result, profile).inc();
    this.#durations.labels(result, profile).observe(this.#since(startedAt));
  }

  #since(startedAt: number): number {
    return (this.#clock.monotonic() - startedAt) / 1000;
  }
}

/** Sizes that are looked up whenever somebody asks. */
export function collectSizes(registry: MetricRegistry, { queue, state, bindings }: MeasuredParts): void {
  registry.collected('gauge', 'scheduler_pending_pods', {
    help: 'Pods that wait to be scheduled, by queue',
    labels: ['queue'],
    collect: () => Object.entries(queue.sizes).map(([name, size]) => [[name], size] as const),
  });
  registry.collected('gauge', 'scheduler_unschedulable_pods', {
    help: 'Pods that were refused, by each plugin that refused them',
    labels: ['plugin', 'profile'],
    collect: () => refusals(queue.values()),
  });
  registry.collected('gauge', 'scheduler_cache_size', {
    help: 'Nodes and pods that are known, and pods that are assumed to be placed',
    labels: ['type'],
    collect: () => Object.entries(state.counts).map(([type, count]) => [[type], count] as const),
  });
  registry.collected('gauge', 'scheduler_inflight_events', {
    help: 'Events that are kept for pods which are being tried',
    labels: ['event'],
    collect: () => (queue.happenings > 0 ? [[['*'], queue.happenings]] : []),
  });
  registry.collected('gauge', 'scheduler_goroutines', {
    help: 'Work under way, by kind',
    labels: ['operation'],
    collect: () => [[['binding'], bindings()]],
  });
}

function refusals(pods: Iterable<QueuedPod>): Iterable<readonly [readonly string[], number]> {
  const counts = new Map<string, { readonly labels: readonly string[]; count: number }>();
  for (const { info, refusedBy } of pods) {
    for (const plugin of refusedBy) {
      const labels = [plugin, schedulerNameOf(info)];
      const key = labels.join('\0');
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { labels, count: 1 });
    }
  }
  return [...counts.values()].map(({ labels, count }) => [labels, count] as const);
}
