import type { Event } from '#api/core/v1/event.ts';
import type { Clock } from '#base/clock.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { StatusError } from '#machinery/errors/status-error.ts';
import { type Infer, int32, list, message, opt, string } from '#machinery/schema/schema.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';

const Limit = message('EventRateLimitLimit', {
  type: opt(1, string),
  qps: opt(2, int32),
  burst: opt(3, int32),
  cacheSize: opt(4, int32),
});
interface Limit extends Infer<typeof Limit> {}

const Configuration = message('EventRateLimitConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  limits: opt(1, list(Limit)),
});

const CACHE_SIZE = 4096;

/** What events are counted by, of each type of limit. */
const KEYS: Readonly<Record<string, (attributes: AdmissionAttributes) => string>> = {
  Namespace: ({ target }) => target.namespace,
  Server: () => '',
  SourceAndObject: ({ object }) => {
    const { source = {}, involvedObject = {} } = object as Event;
    const { kind = '', namespace = '', name = '', uid = '', apiVersion = '' } = involvedObject;
    return [source.component ?? '', source.host ?? '', kind, namespace, name, uid, apiVersion].join('');
  },
  User: ({ user }) => user.name,
};

/** Reads an `EventRateLimit` `Configuration`. Throws a `ConfigFileError`. */
export const readEventRateLimits = (text: string): readonly Limit[] =>
  readConfigFile(text, Configuration, {
    apiVersions: ['eventratelimit.admission.k8s.io/v1alpha1'],
    kind: 'Configuration',
    validate: ({ limits = [] }) =>
      limits.length === 0
        ? [invalid(new FieldPath('limits'), limits, 'must not be empty')]
        : limits.flatMap((limit, index) => validateLimit(limit, new FieldPath('limits').index(index))),
  }).limits ?? [];

function validateLimit({ type = '', qps = 0, burst = 0, cacheSize = 0 }: Limit, at: FieldPath): FieldError[] {
  return [
    ...(type in KEYS ? [] : [notSupported(at.child('type'), type, Object.keys(KEYS).sort())]),
    ...(burst > 0 ? [] : [invalid(at.child('burst'), burst, 'must be positive')]),
    ...(qps > 0 ? [] : [invalid(at.child('qps'), qps, 'must be positive')]),
    ...(type !== 'Server' && cacheSize < 0 ? [invalid(at.child('cacheSize'), cacheSize, 'must not be negative')] : []),
  ];
}

/** Refuses events that come faster than their limits let them. */
export function createEventRateLimit(
  { clock }: { readonly clock: Clock },
  limits: readonly Limit[] = [],
): AdmissionPlugin {
  const enforcers = limits.map((limit) => new Enforcer(limit, clock));
  return {
    name: 'EventRateLimit',
    validate(attributes) {
      const { operation, kind } = attributes;
      if (kind.kind !== 'Event' || kind.group !== '') return;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return;
      // Every limit counts the event, whatever the others think of it; the last one's refusal is told.
      const refusals = enforcers.map((each) => each.refusal(attributes)).filter((refusal) => refusal !== undefined);
      const last = refusals.at(-1);
      if (last) throw last;
    },
  };
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** One limit, with a bucket of tokens for each key. */
class Enforcer {
  readonly #limit: Limit;
  readonly #clock: Clock;
  /** The least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: Limit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  refusal(attributes: AdmissionAttributes): StatusError | undefined {
    const { type = '' } = this.#limit;
    const key = KEYS[type]?.(attributes) ?? '';
    const bucket = this.#bucket(key);
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return undefined;
    }
    const text = `Too many requests: limit reached on type ${type} for key ${key}`;
    return new StatusError({ code: 429, reason: 'TooManyRequests', message: text });
  }

  #bucket(key: string): Bucket {
    const { qps = 1, burst = 1, cacheSize } = this.#limit;
    const now = this.#clock.monotonic();
    const { tokens, filledAt } = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    const bucket = { tokens: Math.min(burst, tokens + (qps * (now - filledAt)) / 1000), filledAt: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > (cacheSize || CACHE_SIZE)) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
