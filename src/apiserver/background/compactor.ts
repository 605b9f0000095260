import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { CompactedError, type Store } from '#storage/store.ts';

/** As often as upstream does. */
const INTERVAL_MS = 300_000;

/** Lets the store forget, every five minutes, what was history five minutes ago. Watches live on the watch cache. */
export class Compactor {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(store: Store, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let timer: Timer | undefined;
    let last = this.#store.revision;
    let compacting: Promise<void> = Promise.resolve();
    const again = () => {
      timer = this.#clock.setTimer(INTERVAL_MS, () => {
        compacting = this.#compact(last);
        last = this.#store.revision;
        again();
      });
    };
    again();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    timer?.cancel();
    await compacting;
  }

  async #compact(revision: number): Promise<void> {
    if (revision <= this.#store.compactedRevision) return;
    try {
      await this.#store.compact(revision);
    } catch (error) {
      // Another server over the same store was faster.
      if (!(error instanceof CompactedError)) this.#logger.warn('compaction failed', { revision, error });
    }
  }
}
