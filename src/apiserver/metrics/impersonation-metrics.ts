import type { Clock } from '#base/clock.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, Labelled, MetricRegistry } from '#base/metrics/metric-registry.ts';

const LABELS = ['mode', 'decision'];
const BY_MODE = { labels: LABELS, buckets: exponentialBuckets(0.001, 2, 15) };
const PREFIX = /^impersonate(-on)?(:(?<mode>[^:]+))?/;

/** What is counted of those who act as others. Times are on the clock's monotonic scale. */
export class ImpersonationMetrics {
  readonly #clock: Clock;
  readonly #attempts: Measured;
  readonly #questions: Measured;

  constructor(registry: MetricRegistry, clock: Clock) {
    this.#clock = clock;
    this.#attempts = {
      total: registry.counter('apiserver_impersonation_attempts_total', 'Requests to act as somebody else', LABELS),
      seconds: registry.histogram(
        'apiserver_impersonation_attempts_duration_seconds',
        'Time of finding out whether somebody may act as somebody else',
        BY_MODE,
      ),
    };
    this.#questions = {
      total: registry.counter(
        'apiserver_impersonation_authorization_attempts_total',
        'Questions whether somebody may act as somebody else',
        LABELS,
      ),
      seconds: registry.histogram(
        'apiserver_impersonation_authorization_attempts_duration_seconds',
        'Time of answering one of these questions',
        BY_MODE,
      ),
    };
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /** Somebody acts as another under this constraint, '' for plain `impersonate`; undefined where he may not. The milliseconds it took. */
  attempted(constraint: string | undefined, startedAt: number): number {
    return this.#count(this.#attempts, [
      constraint === undefined ? '' : modeOf(constraint),
      decisionOf(constraint !== undefined),
      startedAt,
    ]);
  }

  /** It is decided whether somebody may use a verb of impersonation. */
  asked(verb: string, allowed: boolean, startedAt: number): void {
    this.#count(this.#questions, [modeOf(verb), decisionOf(allowed), startedAt]);
  }

  #count({ total, seconds }: Measured, [mode, decision, startedAt]: readonly [string, string, number]): number {
    const took = this.now() - startedAt;
    total.labels(mode, decision).inc();
    seconds.labels(mode, decision).observe(took / 1000);
    return took;
  }
}

interface Measured {
  readonly total: Labelled<Cell>;
  readonly seconds: Labelled<HistogramCell>;
}

const decisionOf = (allowed: boolean): string => (allowed ? 'allowed' : 'denied');

/** As upstream names the modes of verbs and constraints: `impersonate` itself is the legacy. */
const modeOf = (verb: string): string => PREFIX.exec(verb)?.groups?.['mode'] ?? 'legacy';
