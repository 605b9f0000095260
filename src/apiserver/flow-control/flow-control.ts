import type { FlowSchema } from '#api/flowcontrol/v1/flow-schema.ts';
import { mandatoryLevels, mandatorySchemas } from '#api/flowcontrol/v1/mandatory-objects.ts';
import type { PriorityLevelConfiguration } from '#api/flowcontrol/v1/priority-level-configuration.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap-configuration.ts';
import { smoothed } from './demand.ts';
import { type FlowRequest, flowDistinguisher, inMatchingOrder, matchesSchema } from './flow-matching.ts';
import { QueueSet, type Seat } from './queue-set.ts';
import { allocateSeats, type SeatBounds, seatBounds } from './seat-allocation.ts';

export interface FlowControlOptions {
  readonly clock: Clock;
  /** Requests that run at a time, over all levels; 600 by default. */
  readonly totalSeats?: number;
  /** How long a request waits at most; 15 s by default. */
  readonly waitLimitMs?: number;
}

/** A priority level and its requests. */
export interface PriorityLevel {
  readonly name: string;
  readonly uid: string;
  readonly isExempt: boolean;
  readonly queueSet: QueueSet;
  bounds: SeatBounds;
  /** Demand of the past, in seats. */
  smoothed: number;
  /** The seats it has for now. Of an exempt level they are only counted. */
  seats: number;
}

/** Where a request belongs. */
export interface Flow {
  readonly schema: FlowSchema;
  readonly level: PriorityLevel;
  readonly name: string;
}

const TOTAL_SEATS = 600;
const WAIT_LIMIT_MS = 15_000;
/** How often levels borrow seats anew. */
const BORROWING_MS = 10_000;
/** So many such times, and nothing is left of a demand. */
const MOST_TIMES = 400;
/** Exempt requests are counted and never held back. */
const UNLIMITED = { seats: Number.POSITIVE_INFINITY };

/** Sorts requests into flows and lets each in when it is its turn. */
export class FlowControl {
  readonly #options: Required<FlowControlOptions>;
  #schemas: readonly { readonly schema: FlowSchema; readonly level: PriorityLevel }[] = [];
  #levels = new Map<string, PriorityLevel>();
  #adjustedAt: number;
  #adjustment: Timer | undefined;

  constructor(options: FlowControlOptions) {
    this.#options = { totalSeats: TOTAL_SEATS, waitLimitMs: WAIT_LIMIT_MS, ...options };
    this.#adjustedAt = options.clock.monotonic();
    this.configure(bootstrapSchemas, bootstrapLevels);
  }

  /** The schemas in the order in which they are matched, with their levels. */
  get schemas(): readonly { readonly schema: FlowSchema; readonly level: PriorityLevel }[] {
    return this.#schemas;
  }

  /** As they are now: seats are divided anew first, if it is time. */
  get levels(): readonly PriorityLevel[] {
    this.#borrowInTime();
    return [...this.#levels.values()];
  }

  /** Takes the configuration as it is now. Mandatory objects count even where they are missing; schemas without level do not. */
  configure(schemas: readonly FlowSchema[], configurations: readonly PriorityLevelConfiguration[]): void {
    const levels = withMandatory(configurations, mandatoryLevels);
    const shares = levels.map(sharesOf);
    const bounds = seatBounds(shares, this.#options.totalSeats);
    this.#levels = new Map(levels.map((each, index) => [nameOf(each), this.#level(each, bounds[index] as SeatBounds)]));
    this.#schemas = inMatchingOrder(withMandatory(schemas, mandatorySchemas)).flatMap((schema) => {
      const level = this.#levels.get(schema.spec?.priorityLevelConfiguration.name ?? '');
      return level ? [{ schema, level }] : [];
    });
    this.#borrow(1);
  }

  classify(request: FlowRequest): Flow {
    for (const { schema, level } of this.#schemas) {
      if (matchesSchema(schema, request)) {
        return { schema, level, name: `${nameOf(schema)}\n${flowDistinguisher(schema, request)}` };
      }
    }
    throw new Error('classify request: the schema for all requests is missing');
  }

  /** Lets a request in, at once or when it is its turn; throws or rejects with a `RefusedError`. Its signal is asked for when it has to wait. */
  enter({ level, name }: Flow, width: number, request: { readonly signal: AbortSignal }): Seat | Promise<Seat> {
    this.#borrowInTime();
    const seat = level.queueSet.enter({ flow: name, width, client: request });
    if (seat instanceof Promise) this.#awaitBorrowing();
    return seat;
  }

  #level(configuration: PriorityLevelConfiguration, bounds: SeatBounds): PriorityLevel {
    const name = nameOf(configuration);
    const known = this.#levels.get(name);
    const isExempt = configuration.spec?.type === 'Exempt';
    const queuing = queuingOf(configuration);
    const seats = known?.seats ?? bounds.nominal - Math.floor((bounds.nominal - bounds.lower) / 2);
    const limits = isExempt ? UNLIMITED : { seats, ...(queuing ? { queuing } : {}) };
    const { clock, waitLimitMs } = this.#options;
    const queueSet = known?.queueSet ?? new QueueSet(limits, { clock, waitLimitMs });
    if (known) queueSet.configure(limits);
    const uid = configuration.metadata?.uid ?? '';
    return { name, uid, isExempt, queueSet, bounds, seats, smoothed: known?.smoothed ?? 0 };
  }

  #borrowInTime(): void {
    const times = Math.floor((this.#options.clock.monotonic() - this.#adjustedAt) / BORROWING_MS);
    if (times > 0) this.#borrow(times);
  }

  /** Whoever waits may get seats that others lend, although nobody else comes. */
  #awaitBorrowing(): void {
    const { clock } = this.#options;
    this.#adjustment ??= clock.setTimer(this.#adjustedAt + BORROWING_MS - clock.monotonic(), () => {
      this.#adjustment = undefined;
      this.#borrowInTime();
      if ([...this.#levels.values()].some(({ queueSet }) => queueSet.waiting > 0)) this.#awaitBorrowing();
    });
  }

  /** Moves seats from levels that have no use for them to those that have, as if so many times had passed one by one. */
  #borrow(times: number): void {
    this.#adjustedAt = this.#options.clock.monotonic();
    const levels = [...this.#levels.values()];
    const demands = levels.map((level) => ({ ...level.bounds, ...demandOf(level, times), current: level.seats }));
    for (const [index, seats] of allocateSeats(demands).entries()) {
      const level = levels[index] as PriorityLevel;
      level.seats = seats;
      if (!level.isExempt) level.queueSet.configure({ ...level.queueSet.limits, seats });
    }
  }
}

function demandOf(level: PriorityLevel, times: number) {
  const demand = level.queueSet.takeDemand();
  level.smoothed = smoothed(level.smoothed, demand);
  // Nobody came since the first of these times: what is there now was there all the while.
  const present = level.queueSet.demand;
  const since = { highest: present, average: present, deviation: 0, milliseconds: BORROWING_MS };
  for (let time = 1; time < Math.min(times, MOST_TIMES); time++) level.smoothed = smoothed(level.smoothed, since);
  return { isExempt: level.isExempt, smoothed: level.smoothed, highest: times > 1 ? present : demand.highest };
}

const nameOf = ({ metadata }: FlowSchema | PriorityLevelConfiguration): string => metadata?.name ?? '';

function withMandatory<T extends FlowSchema | PriorityLevelConfiguration>(
  given: readonly T[],
  needed: readonly T[],
): T[] {
  const names = new Set(given.map(nameOf));
  return [...given, ...needed.filter((each) => !names.has(nameOf(each)))];
}

function sharesOf({ spec }: PriorityLevelConfiguration) {
  const of = spec?.type === 'Exempt' ? spec.exempt : spec?.limited;
  return {
    shares: of?.nominalConcurrencyShares ?? (spec?.type === 'Exempt' ? 0 : 30),
    lendablePercent: of?.lendablePercent ?? 0,
    borrowingLimitPercent: spec?.type === 'Exempt' ? undefined : spec?.limited?.borrowingLimitPercent,
  };
}

function queuingOf({ spec }: PriorityLevelConfiguration) {
  const response = spec?.limited?.limitResponse;
  if (response?.type !== 'Queue') return undefined;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = response.queuing ?? {};
  return { queues, handSize, queueLengthLimit };
}
