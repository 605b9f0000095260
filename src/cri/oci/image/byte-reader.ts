/** Reads exact numbers of bytes from a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #current: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes; undefined at a clean end; throws when the stream ends in between. */
  async read(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let missing = length;
    for await (const part of this.take(length, true)) {
      parts.push(part);
      missing -= part.length;
    }
    if (missing === 0) return parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (missing === length) return undefined;
    throw new Error('unexpected end of archive');
  }

  /** The next `length` bytes as they come; throws when the stream ends before, unless `mayEnd`. */
  async *take(length: number, mayEnd = false): AsyncGenerator<Buffer, void, undefined> {
    let missing = length;
    while (missing > 0) {
      if (this.#current.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) {
          if (mayEnd) return;
          throw new Error('unexpected end of archive');
        }
        this.#current = next.value;
      }
      const part = this.#current.subarray(0, missing);
      this.#current = this.#current.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  /** Reads to the end of the stream and throws the bytes away. */
  async drain(): Promise<void> {
    this.#current = Buffer.alloc(0);
    for (;;) if ((await this.#chunks.next()).done) return;
  }
}
