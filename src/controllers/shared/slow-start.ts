import { deferred } from '#base/deferred.ts';
import { RecentMap } from '#base/recent-map.ts';

/** Owners of whom it is remembered how many calls went well; one forgotten begins with one call again. */
const MOST_REMEMBERED = 1024;
/** Calls under way at once: more get no more done, and what belongs to those that wait is in the garbage collector's way. */
const WIDEST = 48;

/**
 * Makes calls for owners: one, and for each that goes well one more at a time. The first that fails, or makes nothing, is
 * the last: a thousand creations that quota refuses cost one call, not a thousand. Where all went well, the owner's next
 * calls go on from there: thousands of pods are made in many goes, of which only the first has to find out.
 */
export class SlowStart {
  readonly #proven = new RecentMap<string, number>(MOST_REMEMBERED);

  /** Resolves with how many of `count` calls for the owner of this uid made something, and the first failure. */
  async run(
    uid: string,
    count: number,
    call: () => Promise<unknown>,
  ): Promise<{ readonly successes: number; readonly error: unknown }> {
    const { promise, resolve } = deferred<void>();
    let width = this.#proven.get(uid) ?? 1;
    let [started, open, successes] = [0, 0, 0];
    let stopped: { readonly error: unknown } | undefined;
    const one = async () => {
      try {
        if ((await call()) === undefined) stopped ??= { error: undefined };
        else successes++;
      } catch (error) {
        if (stopped?.error === undefined) stopped = { error };
      }
      width = Math.min(width + 1, WIDEST);
      open--;
      more();
    };
    const more = () => {
      while (!stopped && open < width && started < count) {
        started++;
        open++;
        void one();
      }
      if (open === 0) resolve();
    };
    more();
    await promise;
    if (stopped) this.#proven.delete(uid);
    else this.#proven.set(uid, width);
    return { successes, error: stopped?.error };
  }
}
