import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import type { Random } from '#base/random.ts';
import { isConflict, isNotFound } from '#machinery/errors/status-error.ts';
import type { Client } from './client.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import { heldSpec, isHeldByOther, type LeaderObservation, observed, releasedSpec } from './leader-record.ts';

export interface LeaderElectionOptions {
  /** The Lease that instances compete for. */
  readonly lease: { readonly name: string; readonly namespace: string };
  /** Unlike that of any other instance, a restarted one included. */
  readonly identity: string;
  /** How long others wait after the last change of the Lease that they saw. Default 15 s. */
  readonly leaseDurationMs?: number;
  /** A leader that could not renew for this long stops; less than `leaseDurationMs`. Default 10 s. */
  readonly renewDeadlineMs?: number;
  /** How long to wait between two tries. Default 2 s. */
  readonly retryPeriodMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** Told, on the Lease, of leading and of having led. */
  readonly events?: EventRecorder;
  /** Called with the identity of each leader seen, its own included. */
  readonly onNewLeader?: (identity: string) => void;
}

/** Those who wait spread their tries over this many retry periods more. */
const JITTER = 1.2;

/**
 * Lets one of several instances act at a time. A leader stops, by its own clock and counted from before it asked, earlier
 * than anybody else, counting from when they saw the answer's effect, may take the Lease: only clocks' speeds matter,
 * not what they show.
 */
export class LeaderElector {
  readonly #client: Client;
  readonly #options: LeaderElectionOptions;
  readonly #logger: Logger;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  #lease: Lease | undefined;
  #seen: LeaderObservation;
  #reported = '';
  /** Monotonic time before which this instance leads. */
  #leadsUntil = Number.NEGATIVE_INFINITY;

  constructor(client: Client, options: LeaderElectionOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000, lease } = options;
    if (leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= retryPeriodMs * JITTER) {
      const given = `${leaseDurationMs}, ${renewDeadlineMs}, ${retryPeriodMs} ms`;
      throw new Error(`elect leader of ${lease.name}: lease, deadline and retry period must fall: ${given}`);
    }
    this.#client = client;
    this.#options = options;
    this.#logger = (options.logger ?? silentLogger).with({ lease: lease.name });
    this.#leaseDurationMs = leaseDurationMs;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
    this.#seen = { spec: undefined, at: options.clock.monotonic() };
  }

  /** Whether this instance may act now. Asks the clock, so it is right even where a timer comes late. */
  get isLeader(): boolean {
    return this.#options.clock.monotonic() < this.#leadsUntil;
  }

  /** Who was last seen to lead; empty where nobody was. */
  get leader(): string {
    return this.#seen.spec?.holderIdentity ?? '';
  }

  /**
   * Waits to lead, then runs `lead` until it ends, the lead is lost (its signal aborts) or `signal` aborts. Resolves when
   * `lead` has ended and the Lease is free again; rejects with what `lead` rejects with, unless it was told to stop.
   */
  async runTerm(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!(await this.#acquire(signal))) return;
    const term = new AbortController();
    const stop = () => term.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const renewing = this.#renew(term);
      await lead(term.signal).catch((error) => {
        if (!term.signal.aborted) throw error;
      });
      term.abort();
      await renewing;
    } finally {
      term.abort();
      signal.removeEventListener('abort', stop);
      await this.#release();
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, identity } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(signal)) {
        this.#tell(`${identity} became leader`);
        return true;
      }
      const wait = this.#retryPeriodMs * (1 + random.next() * JITTER);
      await clock.sleep(wait, signal).catch(() => {});
    }
    return false;
  }

  /** Renews until the term ends, or ends the term when that has not worked for too long. */
  async #renew(term: AbortController): Promise<void> {
    const { clock, identity } = this.#options;
    let deadline = this.#endAtDeadline(term);
    while (!term.signal.aborted) {
      await clock.sleep(this.#retryPeriodMs, term.signal).catch(() => {});
      if (!term.signal.aborted && (await this.#attempt(term.signal))) {
        deadline.cancel();
        deadline = this.#endAtDeadline(term);
      }
      if (this.leader !== identity) term.abort();
    }
    deadline.cancel();
    this.#tell(`${identity} stopped leading`);
  }

  #endAtDeadline(term: AbortController): Timer {
    const { clock, identity } = this.#options;
    return clock.setTimer(this.#leadsUntil - clock.monotonic(), () => {
      this.#logger.warn('lease not renewed in time', { identity });
      term.abort();
    });
  }

  /** One try to take or keep the Lease, given up when the signal aborts or after half the deadline. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const stop = new AbortController();
    const abort = () => stop.abort();
    signal.addEventListener('abort', abort, { once: true });
    const timer = clock.setTimer(this.#renewDeadlineMs / 2, abort);
    const began = clock.monotonic();
    try {
      await untilAborted(this.#takeOrKeep(stop.signal), stop.signal);
      if (this.leader !== this.#options.identity) return false;
      this.#leadsUntil = began + this.#renewDeadlineMs;
      return true;
    } catch (error) {
      if (!signal.aborted) this.#logger.debug('lease not taken, will retry', { error });
      return false;
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    }
  }

  async #takeOrKeep(signal: AbortSignal): Promise<void> {
    const { identity, clock } = this.#options;
    if (this.isLeader) {
      try {
        return await this.#write(signal);
      } catch (error) {
        this.#logger.debug('lease changed by others or not reached, will read it', { error });
      }
    }
    await this.#read(signal);
    if (!isHeldByOther(this.#seen, identity, clock.monotonic())) await this.#write(signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { name, namespace } = this.#options.lease;
    try {
      this.#note(await this.#client.of(Leases).get(name, { namespace, signal }), signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#note(undefined, signal);
    }
  }

  async #write(signal: AbortSignal): Promise<void> {
    const { identity, clock, lease } = this.#options;
    const holder = { identity, leaseDurationMs: this.#leaseDurationMs, now: clock.now() };
    const spec = heldSpec(this.#lease?.spec, holder);
    const leases = this.#client.of(Leases);
    const written = this.#lease
      ? leases.update({ ...this.#lease, spec }, { signal })
      : leases.create({ metadata: { ...lease }, spec }, { namespace: lease.namespace, signal });
    this.#note(await written, signal);
  }

  /** Answers that come after their time are not believed: what they say may have changed since. */
  #note(lease: Lease | undefined, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#lease = lease;
    this.#seen = observed(this.#seen, lease?.spec, this.#options.clock.monotonic());
    if (this.leader === this.#reported) return;
    this.#reported = this.leader;
    if (this.leader) this.#options.onNewLeader?.(this.leader);
  }

  /** Leaves the Lease to the next one, if it is still held. */
  async #release(): Promise<void> {
    const { clock, identity } = this.#options;
    this.#leadsUntil = Number.NEGATIVE_INFINITY;
    const stop = new AbortController();
    const timer = clock.setTimer(this.#renewDeadlineMs, () => stop.abort());
    try {
      await untilAborted(this.#tryRelease(stop.signal), stop.signal);
    } catch (error) {
      this.#logger.debug('lease not released, it will run out', { identity, error });
    } finally {
      timer.cancel();
    }
  }

  async #tryRelease(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#read(signal);
      if (this.#lease === undefined || this.leader !== this.#options.identity) return;
      const spec = releasedSpec(this.#lease.spec, this.#options.clock.now());
      try {
        return this.#note(await this.#client.of(Leases).update({ ...this.#lease, spec }, { signal }), signal);
      } catch (error) {
        // A renewal that was given up has arrived after all.
        if (!isConflict(error)) throw error;
      }
    }
  }

  #tell(message: string): void {
    const { events, lease } = this.#options;
    this.#logger.info('leader election', { message });
    const subject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: this.#lease?.metadata ?? lease };
    events?.record(subject, 'Normal', 'LeaderElection', message);
  }
}

/** A call that may hang, as long as anybody waits for it. */
function untilAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  call.catch(() => {});
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('given up'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
