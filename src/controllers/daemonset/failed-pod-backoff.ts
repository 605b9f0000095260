const FIRST_MS = 1000;
const LAST_MS = 15 * 60_000;

interface Entry {
  readonly at: number;
  readonly delayMs: number;
}

/** Puts off deleting daemons that fail on a node again and again: the kubelet refuses each as soon as it is there. */
export class FailedPodBackoff {
  readonly #entries = new Map<string, Entry>();

  /** Milliseconds to wait until a failed daemon may go: 0 lets it go, and the next one waits twice as long. */
  wait(key: string, now: number): number {
    const last = this.#entries.get(key);
    if (last !== undefined && now - last.at < last.delayMs) return last.at + last.delayMs - now;
    const isForgotten = last === undefined || now - last.at > 2 * LAST_MS;
    this.#entries.set(key, { at: now, delayMs: isForgotten ? FIRST_MS : Math.min(2 * last.delayMs, LAST_MS) });
    return 0;
  }

  /** Forgets what has not failed for long. */
  prune(now: number): void {
    for (const [key, { at }] of this.#entries) if (now - at > 2 * LAST_MS) this.#entries.delete(key);
  }
}
