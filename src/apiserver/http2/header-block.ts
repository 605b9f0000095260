import { ConnectionError, ErrorCode } from './error-code.ts';

/** As Go's server has it: tokens may be long. */
export const MAX_HEADER_BYTES = 1024 * 1024;
/** More frames than any block needs. */
const MAX_FRAMES = 1000;

/** The header of a request or its trailers while its frames come. */
export class HeaderBlock {
  readonly stream: number;
  readonly isLast: boolean;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  /** With `isLast` nothing follows it. */
  constructor(stream: number, isLast: boolean) {
    this.stream = stream;
    this.isLast = isLast;
  }

  /** Throws ConnectionError when there is no end to it. */
  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#pieces.push(piece) > MAX_FRAMES || this.#bytes > MAX_HEADER_BYTES)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'a header without end');
  }

  get bytes(): Buffer {
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
  }
}
