import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { ClientRequest, Transport, WatchEvent } from '#client/transport.ts';
import { StatusError } from '#machinery/errors/status-error.ts';

export interface Faults {
  /** Asked anew for each call, so that it may change: how many of the calls go wrong, from 0 to 1. */
  readonly rate: () => number;
  readonly random: Random;
  readonly clock: Clock;
  /** Called for each thing that goes wrong. */
  readonly onFault?: () => void;
}

type Listener = (events: readonly WatchEvent[]) => void;

const READS: readonly ClientRequest['verb'][] = ['get', 'list', 'watch'];
const LONGEST_DELAY_MS = 3000;

const refusals = [
  { code: 500, reason: 'InternalError', message: 'Internal error occurred: injected' },
  { code: 503, reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  { code: 429, reason: 'TooManyRequests', message: 'the server has received too many requests' },
];
const timeout = () =>
  new StatusError({ code: 504, reason: 'Timeout', message: 'the server was unable to return a response in time' });
const conflict = ({ resource, name = '' }: ClientRequest) =>
  new StatusError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified`,
  });

/**
 * A transport over which things go wrong: calls are refused, conflict, or time out before or after they were carried
 * out; watches end, lag behind each other and tell some things twice. Events of one watch keep their order, as they do
 * with a real server.
 */
export class FaultyTransport implements Transport {
  readonly #transport: Transport;
  readonly #faults: Faults;

  constructor(transport: Transport, faults: Faults) {
    this.#transport = transport;
    this.#faults = faults;
  }

  async request(request: ClientRequest): Promise<unknown> {
    if (!this.#happens()) return this.#transport.request(request);
    const writes = !READS.includes(request.verb);
    const kind = this.#pick(writes ? 4 : 2);
    if (kind === 0) throw new StatusError(refusals[this.#pick(refusals.length)] as (typeof refusals)[number]);
    if (kind === 1) throw timeout();
    if (kind === 2 && ['update', 'patch'].includes(request.verb)) throw conflict(request);
    await this.#transport.request(request);
    throw timeout();
  }

  async watch(request: ClientRequest, listener: Listener, signal: AbortSignal): Promise<void> {
    if (this.#happens()) throw timeout();
    const cut = new AbortController();
    let last: Promise<void> = Promise.resolve();
    const deliver = (events: readonly WatchEvent[]) => {
      const delay = this.#happens() ? this.#faults.random.next() * LONGEST_DELAY_MS : 0;
      const again = this.#happens();
      last = last.then(async () => {
        if (delay > 0) await this.#faults.clock.sleep(delay, signal).catch(() => {});
        if (signal.aborted || cut.signal.aborted) return;
        listener(events);
        if (again) listener(events.slice(-1));
        if (this.#happens()) cut.abort();
      });
    };
    await this.#transport.watch(request, deliver, AbortSignal.any([signal, cut.signal]));
    await last;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #happens(): boolean {
    const { random, rate, onFault } = this.#faults;
    const happens = random.next() < rate();
    if (happens) onFault?.();
    return happens;
  }

  #pick(count: number): number {
    return Math.floor(this.#faults.random.next() * count);
  }
}
