import type { FlowSchema } from '#api/flowcontrol/v1/flow-schema.ts';
import { mandatoryLevels, mandatorySchemas } from '#api/flowcontrol/v1/mandatory-objects.ts';
import type { PriorityLevelConfiguration } from '#api/flowcontrol/v1/priority-level-configuration.ts';
import type { Clock } from '#base/clock.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap-configuration.ts';
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
/** What of an old demand is left after one such time. */
const SMOOTHING = 0.977;
/** Exempt requests are counted and never held back. */
const UNLIMITED = { seats: Number.POSITIVE_INFINITY };

/** Sorts requests into flows and lets each in when it is its turn. */
export class FlowControl {
  readonly #options: Required<FlowControlOptions>;
  #schemas: readonly { readonly schema: FlowSchema; readonly level: PriorityLevel }[] = [];
  #levels = new Map<string, PriorityLevel>();
  #adjustedAt: number;

  constructor(options: FlowControlOptions) {
    this.#options = { totalSeats: TOTAL_SEATS, waitLimitMs: WAIT_LIMIT_MS, ...options };
    this.#adjustedAt = options.clock.monotonic();
    this.configure(bootstrapSchemas, bootstrapLevels);
  }

  /** The schemas in the order in which they are matched, with their levels. */
  get schemas(): readonly { readonly schema: FlowSchema; readonly level: PriorityLevel }[] {
    return this.#schemas;
  }

  get levels(): readonly PriorityLevel[] {
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
    if (this.#options.clock.monotonic() - this.#adjustedAt >= BORROWING_MS) this.#borrow();
    return level.queueSet.enter({ flow: name, width, client: request });
  }

  #level(configuration: PriorityLevelConfiguration, bounds: SeatBounds): PriorityLevel {
    const name = nameOf(configuration);
    const known = this.#levels.get(name);
    const isExempt = configuration.spec?.type === 'Exempt';
    const queuing = queuingOf(configuration);
    const isAsBefore = known?.isExempt === isExempt && known.bounds.nominal === bounds.nominal;
    const seats = isAsBefore ? known.queueSet.limits.seats : bounds.nominal;
    const limits = isExempt ? UNLIMITED : { seats, ...(queuing ? { queuing } : {}) };
    const { clock, waitLimitMs } = this.#options;
    const queueSet = known?.queueSet ?? new QueueSet(limits, { clock, waitLimitMs });
    if (known) queueSet.configure(limits);
    const uid = configuration.metadata?.uid ?? '';
    return { name, uid, isExempt, queueSet, bounds, smoothed: known?.smoothed ?? 0 };
  }

  /** Moves seats from levels that have no use for them to those that have. */
  #borrow(): void {
    this.#adjustedAt = this.#options.clock.monotonic();
    const demands = this.levels.map((level) => {
      const highest = level.queueSet.takeHighestDemand();
      level.smoothed = Math.max(highest, SMOOTHING * level.smoothed + (1 - SMOOTHING) * highest);
      return { level, highest, smoothed: level.smoothed, ...level.bounds };
    });
    const limited = demands.filter(({ level }) => !level.isExempt);
    const limits = allocateSeats(limited);
    limited.forEach(({ level: { queueSet } }, index) => {
      queueSet.configure({ ...queueSet.limits, seats: limits[index] as number });
    });
  }
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
