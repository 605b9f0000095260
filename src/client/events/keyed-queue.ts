/** Work for keys: one piece after another for each key, some keys at a time. */
export class KeyedQueue {
  readonly #width: number;
  /** What waits, by key; the first piece of each is under way, or its key is in `#ready`. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  readonly #ready: string[] = [];
  #running = 0;
  #size = 0;
  #idle: (() => void)[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  /** How many pieces are not done yet. */
  get size(): number {
    return this.#size;
  }

  /** Takes a piece of work in, which must not reject. */
  run(key: string, work: () => Promise<void>): void {
    this.#size++;
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.push(work);
      return;
    }
    this.#waiting.set(key, [work]);
    this.#ready.push(key);
    this.#start();
  }

  /** Resolves when everything taken in so far, and since, is done. */
  idle(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    while (this.#running < this.#width) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      this.#running++;
      void this.#runFirst(key);
    }
  }

  async #runFirst(key: string): Promise<void> {
    const waiting = this.#waiting.get(key) ?? [];
    await waiting[0]?.();
    waiting.shift();
    this.#size--;
    this.#running--;
    if (waiting.length > 0) this.#ready.push(key);
    else this.#waiting.delete(key);
    this.#start();
    if (this.#size > 0) return;
    const resolved = this.#idle;
    this.#idle = [];
    for (const resolve of resolved) resolve();
  }
}
