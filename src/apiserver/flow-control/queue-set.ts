import { Bag } from '#base/bag.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { type Demand, DemandMeter } from './demand.ts';
import { dealHand } from './shuffle-shard.ts';

/** Why a request was not let in. */
export type RefusalReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** A request was not let in. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(`admit request: ${reason}`);
    this.reason = reason;
  }
}

export interface QueueSetLimits {
  /** Seats that may be occupied at a time. */
  readonly seats: number;
  /** Absent for levels whose requests do not wait. */
  readonly queuing?: { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number };
}

/** One request that asks to be let in. */
export interface Arrival {
  /** Requests of one flow wait behind each other, those of different flows fairly beside each other. */
  readonly flow: string;
  /** Seats that it occupies, 1 or more. */
  readonly width: number;
  /** Gives its place up when this one's signal aborts. */
  readonly client?: { readonly signal: AbortSignal };
}

/** A request that is here, as `dump` shows it. */
export interface PresentRequest extends Arrival {
  /** Milliseconds of the monotonic clock; when it began is undefined while it waits. */
  readonly arrivedAt: number;
  readonly startedAt?: number | undefined;
}

/** One queue and its requests, as they are now. */
export interface QueueDump {
  readonly waiting: readonly PresentRequest[];
  readonly executing: readonly PresentRequest[];
  readonly waitingSeats: number;
  /** Virtual time, in seat-seconds. */
  readonly nextR: number;
}

/** What became of requests since the beginning. */
export interface QueueSetCounts {
  readonly dispatched: number;
  readonly rejected: number;
  readonly timedOut: number;
  readonly cancelled: number;
}

/** The right to be served, until it is given back. */
export interface Seat {
  /** Idempotent. */
  release(): void;
}

interface Waiting extends PresentRequest {
  readonly queue: Queue;
  readonly arrivalR: number;
  readonly seat: (seat: Seat) => void;
  readonly timer: Timer;
  readonly stopListening: () => void;
}

interface Queue {
  readonly index: number;
  readonly waiting: Waiting[];
  waitingSeats: number;
  readonly executing: Bag<PresentRequest>;
  /** The virtual time at which its next request starts, were it served bit by bit. */
  nextR: number;
}

/** Seconds that a request is taken to last until it is known better. */
const EXPECTED_SECONDS = 0.003;

/**
 * The requests of one priority level: as many as there are seats run, the others wait in queues and are taken fairly. Fair is
 * by virtual time, as in fair queuing of packets: R grows by the seats that each busy queue would have if seats were
 * infinitely divisible, and the queue whose first request would be finished first is next.
 */
export class QueueSet {
  readonly #clock: Clock;
  readonly #waitLimitMs: number;
  readonly #queues: Queue[] = [];
  /** Those in which somebody waits. */
  readonly #waitedFor = new Set<Queue>();
  #limits: QueueSetLimits;
  #seatsInUse = 0;
  #executing = 0;
  #waiting = 0;
  #waitingSeats = 0;
  #busyQueues = 0;
  #next = 0;
  #r = 0;
  #rAt: number;
  readonly #meter: DemandMeter;
  readonly #counts = { dispatched: 0, rejected: 0, timedOut: 0, cancelled: 0 };

  constructor(limits: QueueSetLimits, options: { readonly clock: Clock; readonly waitLimitMs: number }) {
    this.#clock = options.clock;
    this.#waitLimitMs = options.waitLimitMs;
    this.#rAt = options.clock.monotonic();
    this.#meter = new DemandMeter(this.#rAt);
    this.#limits = limits;
  }

  get limits(): QueueSetLimits {
    return this.#limits;
  }
  get seatsInUse(): number {
    return this.#seatsInUse;
  }
  get executing(): number {
    return this.#executing;
  }
  get waiting(): number {
    return this.#waiting;
  }
  /** Seats that are occupied or waited for. */
  get demand(): number {
    return this.#seatsInUse + this.#waitingSeats;
  }

  get counts(): QueueSetCounts {
    return this.#counts;
  }

  /** The queues in use so far, by their indexes; one where requests do not wait. */
  dump(): readonly QueueDump[] {
    return this.#queues.map(({ waiting, executing, waitingSeats, nextR }) => ({
      waiting: [...waiting],
      executing: executing.members(),
      waitingSeats,
      nextR,
    }));
  }

  /** How many seats were wanted since the last call. */
  takeDemand(): Demand {
    this.#advance();
    return this.#meter.take(this.#rAt, this.demand);
  }

  /** Changes the limits; requests that run or wait stay. */
  configure(limits: QueueSetLimits): void {
    this.#advance();
    this.#limits = limits;
    this.#dispatch();
  }

  /** Lets a request in, now or later; throws or rejects with a `RefusedError`. */
  enter(arrival: Arrival): Seat | Promise<Seat> {
    this.#advance();
    const { queuing } = this.#limits;
    this.#meter.note(this.demand + arrival.width);
    if (queuing === undefined) {
      if (!this.#fits(arrival.width)) throw this.#refusal('concurrency-limit');
      return this.#begin(this.#queue(0), arrival);
    }
    const queue = this.#choose(dealHand(arrival.flow, queuing.queues, queuing.handSize));
    if (this.#waiting === 0 && this.#fits(arrival.width)) {
      this.#arrive(queue);
      return this.#begin(queue, arrival);
    }
    if (queue.waiting.length >= queuing.queueLengthLimit) throw this.#refusal('queue-full');
    return this.#wait(queue, arrival);
  }

  #refusal(reason: RefusalReason): RefusedError {
    this.#counts[reason === 'time-out' ? 'timedOut' : reason === 'cancelled' ? 'cancelled' : 'rejected']++;
    return new RefusedError(reason);
  }

  #wait(queue: Queue, arrival: Arrival): Promise<Seat> {
    return new Promise((seat, reject) => {
      const giveUp = (reason: RefusalReason) => {
        this.#advance();
        this.#remove(waiting);
        reject(this.#refusal(reason));
        // What waited behind a wide request may fit.
        this.#dispatch();
      };
      const onAbort = () => giveUp('cancelled');
      arrival.client?.signal.addEventListener('abort', onAbort, { once: true });
      const waiting: Waiting = {
        ...arrival,
        queue,
        arrivedAt: this.#clock.monotonic(),
        arrivalR: this.#r,
        seat,
        timer: this.#clock.setTimer(this.#waitLimitMs, () => giveUp('time-out')),
        stopListening: () => arrival.client?.signal.removeEventListener('abort', onAbort),
      };
      this.#arrive(queue);
      if (isIdle(queue)) this.#busyQueues++;
      this.#waitedFor.add(queue);
      queue.waiting.push(waiting);
      queue.waitingSeats += arrival.width;
      this.#waiting++;
      this.#waitingSeats += arrival.width;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    // With no seat left nobody is let in, whoever would be next.
    while (this.#waiting > 0 && (this.#seatsInUse === 0 || this.#seatsInUse < this.#limits.seats)) {
      const queue = this.#nextQueue();
      const first = queue?.waiting[0];
      if (queue === undefined || first === undefined || !this.#fits(first.width)) return;
      this.#next = queue.index + 1;
      queue.nextR = Math.max(queue.nextR, first.arrivalR);
      this.#remove(first);
      first.seat(this.#begin(queue, first, first.arrivedAt));
    }
  }

  /** The queue whose first request would be finished first; equal ones take turns. */
  #nextQueue(): Queue | undefined {
    let best: Queue | undefined;
    let earliest = Number.POSITIVE_INFINITY;
    for (const queue of this.#waitedFor) {
      const first = queue.waiting[0] as Waiting;
      const finish = Math.max(queue.nextR, first.arrivalR) + first.width * EXPECTED_SECONDS;
      if (finish > earliest || (finish === earliest && this.#turn(queue) > this.#turn(best as Queue))) continue;
      best = queue;
      earliest = finish;
    }
    return best;
  }

  /** How many queues come before this one. */
  #turn({ index }: Queue): number {
    return index < this.#next ? index + this.#queues.length : index;
  }

  #begin(queue: Queue, { flow, width, client }: Arrival, arrivedAt = this.#clock.monotonic()): Seat {
    if (isIdle(queue)) this.#busyQueues++;
    const startedAt = this.#clock.monotonic();
    const running: PresentRequest = { flow, width, ...(client ? { client } : {}), arrivedAt, startedAt };
    const place = queue.executing.add(running);
    this.#counts.dispatched++;
    queue.nextR += width * EXPECTED_SECONDS;
    this.#executing++;
    this.#seatsInUse += width;
    return {
      release: () => {
        if (queue.executing.remove(place)) this.#finish(queue, width, (this.#clock.monotonic() - startedAt) / 1000);
      },
    };
  }

  #finish(queue: Queue, width: number, seconds: number): void {
    this.#advance();
    queue.nextR += width * (seconds - EXPECTED_SECONDS);
    this.#executing--;
    this.#seatsInUse -= width;
    if (isIdle(queue)) this.#busyQueues--;
    this.#dispatch();
  }

  #remove(waiting: Waiting): void {
    const { queue, width, timer, stopListening } = waiting;
    timer.cancel();
    stopListening();
    queue.waiting.splice(queue.waiting.indexOf(waiting), 1);
    if (queue.waiting.length === 0) this.#waitedFor.delete(queue);
    queue.waitingSeats -= width;
    this.#waiting--;
    this.#waitingSeats -= width;
    if (isIdle(queue)) this.#busyQueues--;
  }

  /** A queue in which nobody waited has no credit from that time. */
  #arrive(queue: Queue): void {
    if (queue.waiting.length === 0) queue.nextR = isIdle(queue) ? this.#r : Math.max(queue.nextR, this.#r);
  }

  /** One request that is wider than the limit may run alone. */
  #fits(width: number): boolean {
    return this.#seatsInUse + width <= this.#limits.seats || (width > this.#limits.seats && this.#seatsInUse === 0);
  }

  /** The queue of the hand with the least to do. */
  #choose(hand: readonly number[]): Queue {
    let best: Queue | undefined;
    for (const index of hand) {
      const queue = this.#queue(index);
      if (best === undefined || load(queue) < load(best)) best = queue;
    }
    return best as Queue;
  }

  #queue(index: number): Queue {
    for (let made = this.#queues.length; made <= index; made++) {
      this.#queues.push({ index: made, waiting: [], waitingSeats: 0, executing: new Bag(), nextR: 0 });
    }
    return this.#queues[index] as Queue;
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    this.#meter.advance(now, this.demand);
    if (this.#busyQueues > 0) {
      const served = Math.min(this.demand, this.#limits.seats);
      this.#r += (served / this.#busyQueues) * ((now - this.#rAt) / 1000);
    }
    this.#rAt = now;
  }
}

const isIdle = ({ waiting, executing }: Queue) => waiting.length === 0 && executing.size === 0;

/** Waiting seats first; among queues in which nobody waits, the one with fewer running requests. */
const load = ({ waitingSeats, executing }: Queue) => waitingSeats * 1e6 + executing.size;
