import type { Clock } from '#base/clock.ts';
import { JsonRequestError } from './json-request.ts';

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
const FACTOR = 1.5;

/**
 * Calls again, up to four times, when a webhook breaks off, says that the fault is its own or asks for it. One that
 * cannot be reached or does not answer in time is not asked again: whoever waits for it has waited long enough.
 */
export async function withRetries<T>(
  clock: Pick<Clock, 'sleep'>,
  work: () => Promise<T>,
  firstDelayMs = FIRST_DELAY_MS,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransient(error)) throw error;
      await clock.sleep(firstDelayMs * FACTOR ** (attempt - 1));
    }
  }
}

/** Answers after which the same question may have another answer. */
const TRANSIENT_STATUSES = [429, 500, 504];

function isTransient(error: unknown): boolean {
  if (!(error instanceof JsonRequestError)) return false;
  const { status, retryAfter, cause } = error;
  if (status === undefined) return (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET';
  return TRANSIENT_STATUSES.includes(status) || retryAfter;
}
