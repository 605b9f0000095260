import type { Clock } from '#base/clock.ts';
import { exponentialBuckets } from '#base/metrics/exponential-buckets.ts';
import type { Cell, HistogramCell, MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { Decision } from '../authorization/authorizer.ts';

const SECONDS = exponentialBuckets(0.001, 2, 15);
const HOUR = 3600;
const DAY = 24 * HOUR;
/** From nothing to a year: alerts tell a day and a week from more. */
const LIFETIMES = [0, 0.5, 1, 2, 6, 12]
  .map((hours) => hours * HOUR)
  .concat([1, 2, 4, 7, 30, 90, 180, 360].map((days) => days * DAY));
/** Users that are told by their names; there may be any number of others. */
const NAMED = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default']);

interface Result {
  readonly attempts: Cell;
  readonly seconds: HistogramCell;
}

/** What is counted of who makes requests, and of who may. Times are on the clock's monotonic scale. */
export class AccessMetrics {
  readonly #clock: Clock;
  readonly #users: (name: string) => Cell;
  readonly #authentication: Record<'success' | 'failure' | 'error', Result>;
  readonly #authorization: Record<'allowed' | 'denied' | 'no-opinion' | 'error', Result>;
  readonly #certificates: HistogramCell;

  constructor(registry: MetricRegistry, clock: Clock) {
    this.#clock = clock;
    const users = registry.counter('authenticated_user_requests', 'Requests by the kind of their user', ['username']);
    this.#users = (name) => users.labels(name);
    const authentication = resultsOf(
      registry.counter('authentication_attempts', 'Requests whose credentials were looked at', ['result']),
      registry.histogram('authentication_duration_seconds', 'Time of finding out who makes a request', BY_RESULT),
    );
    this.#authentication = {
      success: authentication('success'),
      failure: authentication('failure'),
      error: authentication('error'),
    };
    const authorization = resultsOf(
      registry.counter('authorization_attempts_total', 'Requests that were and were not allowed', ['result']),
      registry.histogram('authorization_duration_seconds', 'Time of deciding whether a request is allowed', BY_RESULT),
    );
    this.#authorization = {
      allowed: authorization('allowed'),
      denied: authorization('denied'),
      'no-opinion': authorization('no-opinion'),
      error: authorization('error'),
    };
    this.#certificates = registry
      .histogram(
        'apiserver_client_certificate_expiration_seconds',
        'How long certificates that clients show are still good',
        { buckets: LIFETIMES },
      )
      .labels();
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /** A client has shown a certificate that is good until then, in milliseconds since the Unix epoch. */
  shown(validUntil: number): void {
    this.#certificates.observe((validUntil - this.#clock.now()) / 1000);
  }

  /** It is known who makes a request. The milliseconds it took. */
  authenticated(name: string, startedAt: number): number {
    this.#users(NAMED.has(name) ? name : name.includes('@') ? 'email_id' : 'other').inc();
    return this.#count(this.#authentication.success, startedAt);
  }

  /** A request comes from nobody who is known: without credentials, or with some that are not good. */
  unknown(withCredentials: boolean, startedAt: number): void {
    this.#count(this.#authentication[withCredentials ? 'error' : 'failure'], startedAt);
  }

  /** It is decided whether a request is allowed. The milliseconds it took. */
  decided({ allowed, denied, evaluationError }: Decision, startedAt: number): number {
    const result = allowed ? 'allowed' : evaluationError ? 'error' : denied ? 'denied' : 'no-opinion';
    return this.#count(this.#authorization[result], startedAt);
  }

  #count({ attempts, seconds }: Result, startedAt: number): number {
    const took = this.now() - startedAt;
    attempts.inc();
    seconds.observe(took / 1000);
    return took;
  }
}

const BY_RESULT = { labels: ['result'], buckets: SECONDS };

const resultsOf =
  (attempts: ReturnType<MetricRegistry['counter']>, seconds: ReturnType<MetricRegistry['histogram']>) =>
  (result: string): Result => ({ attempts: attempts.labels(result), seconds: seconds.labels(result) });
