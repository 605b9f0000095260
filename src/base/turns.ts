/** Lets those who want the same thing go one after another, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Does `work` when all who asked for `key` before are done, whatever became of theirs; resolves or rejects as it does. */
  async take<R>(key: string, work: () => Promise<R>): Promise<R> {
    const before = this.#last.get(key);
    let finish = () => {};
    const own = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#last.set(key, own);
    try {
      await before;
      return await work();
    } finally {
      if (this.#last.get(key) === own) this.#last.delete(key);
      finish();
    }
  }
}
