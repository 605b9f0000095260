/**
 * The only source of time in Knarr. Everything that reads the time or waits takes a `Clock`, so that a test can run a
 * whole cluster on a `VirtualClock`.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds on a monotonic scale of no particular origin; for measuring durations. */
  monotonic(): number;
  /** Calls `callback` once after `milliseconds`. The timer does not keep the process alive. */
  setTimer(milliseconds: number, callback: () => void): Timer;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A pending call made by `Clock.setTimer`. */
export interface Timer {
  /** Prevents the call if it has not happened yet; harmless otherwise. */
  cancel(): void;
}

/** `Clock.sleep` in terms of `Clock.setTimer`; shared by the clocks. */
export function sleepWith(clock: Pick<Clock, 'setTimer'>, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.setTimer(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

const MAX_TIMEOUT = 2 ** 31 - 1;

/** The computer's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(milliseconds, callback) {
    // setTimeout fires at once past 2^31-1 ms; a wait that long is re-armed in pieces.
    let handle: NodeJS.Timeout;
    const arm = (left: number) => {
      handle = setTimeout(
        () => (left > MAX_TIMEOUT ? arm(left - MAX_TIMEOUT) : callback()),
        Math.min(left, MAX_TIMEOUT),
      );
      handle.unref();
    };
    arm(milliseconds);
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (milliseconds, signal) => sleepWith(systemClock, milliseconds, signal),
};
