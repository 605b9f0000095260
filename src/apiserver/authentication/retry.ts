import type { Clock } from '#base/clock.ts';
import { JsonRequestError } from './json-request.ts';

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 500;
const FACTOR = 1.5;

/** Calls again, up to four times, when a webhook cannot be reached or says that the fault is its own. */
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

const isTransient = (error: unknown): boolean =>
  error instanceof JsonRequestError && (error.status === undefined || error.status === 429 || error.status >= 500);
