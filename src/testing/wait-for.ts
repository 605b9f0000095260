import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the error. */
  readonly what?: string;
  /** Real milliseconds until giving up. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Resolves with the first value of `probe` that is neither undefined nor false; rejects after a time, naming what was
 * waited for and what `probe` last threw. A probe may throw (`expect(…)`) to say not yet.
 */
export async function waitFor<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  { what = 'the condition', timeoutMs = 25_000, intervalMs = 5 }: WaitOptions = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(intervalMs);
  } while (performance.now() < end);
  const reason = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`wait for ${what}: not so after ${timeoutMs} ms${reason}`, { cause: last });
}
