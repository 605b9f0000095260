/** How much the other side may still send, and what of it was taken. All in bytes. */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #held = 0;
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** What came and was not taken yet. */
  get held(): number {
    return this.#held;
  }

  /** Something came. False when it is more than was allowed. */
  receive(bytes: number): boolean {
    this.#left -= bytes;
    this.#held += bytes;
    return this.#left >= 0;
  }

  /** Something was taken. Returns by how much to let the other side know that the window grows: little by little would cost frames. */
  take(bytes: number): number {
    this.#held -= bytes;
    this.#taken += bytes;
    if (this.#taken < this.#size / 2) return 0;
    const growth = this.#taken;
    this.#left += growth;
    this.#taken = 0;
    return growth;
  }
}
