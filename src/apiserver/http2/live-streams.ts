import type { Http2Stream } from './stream.ts';

/**
 * The streams of a connection, by id. There are few, and frames are mostly about the newest: looking for them costs less
 * than a `Map`, whose tables would keep all streams of a connection that lives long until a full collection.
 */
export class LiveStreams {
  readonly #streams: Http2Stream[] = [];

  get size(): number {
    return this.#streams.length;
  }

  get(id: number): Http2Stream | undefined {
    return this.#streams[this.#indexOf(id)];
  }

  /** A stream that is not among them. */
  add(stream: Http2Stream): void {
    this.#streams.push(stream);
  }

  /** Without effect for a stream that is not among them. */
  delete(id: number): void {
    const index = this.#indexOf(id);
    if (index < 0) return;
    const last = this.#streams.pop() as Http2Stream;
    if (index < this.#streams.length) this.#streams[index] = last;
  }

  /** Those of this moment: what comes or goes meanwhile changes nothing. */
  values(): Http2Stream[] {
    return [...this.#streams];
  }

  #indexOf(id: number): number {
    let index = this.#streams.length - 1;
    while (index >= 0 && this.#streams[index]?.id !== id) index--;
    return index;
  }
}
