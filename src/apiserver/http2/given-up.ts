/** As many as a client may have had under way. */
const MOST = 1000;

/** Streams that we have given up, whose client may not know yet. The oldest are forgotten. */
export class GivenUp {
  readonly #ids = new Set<number>();

  add(id: number): void {
    this.#ids.add(id);
    const [oldest] = this.#ids.size > MOST ? this.#ids : [];
    if (oldest !== undefined) this.#ids.delete(oldest);
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** The client has ended it, too. */
  delete(id: number): void {
    this.#ids.delete(id);
  }
}
