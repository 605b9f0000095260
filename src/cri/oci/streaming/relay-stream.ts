import { Duplex } from 'node:stream';
import type { Relay } from './relay.ts';

/**
 * Both ways of a relay as one stream. The relay ends as soon as the other side has closed, often before what it said was
 * read here: that its input is gone then breaks nothing, only what is still written to it is lost, as with any socket.
 * `Duplex.from` would take it for a failure and throw away what is unread.
 */
export class RelayStream extends Duplex {
  readonly #relay: Relay;

  constructor(relay: Relay) {
    super({ allowHalfOpen: true });
    this.#relay = relay;
    relay.stderr.resume();
    relay.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) relay.stdout.pause();
    });
    relay.stdout.once('end', () => this.push(null));
    relay.stdout.once('error', (error) => this.destroy(error));
    // Nobody is left to be written to.
    this.once('end', () => this.destroy());
  }

  override _read(): void {
    this.#relay.stdout.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    this.#relay.stdin.write(chunk, () => callback());
  }

  override _final(callback: () => void): void {
    this.#relay.stdin.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const { stdin, stdout, stderr } = this.#relay;
    this.#relay.kill();
    // What nobody reads any more would keep its pipe open for good.
    for (const pipe of [stdin, stdout, stderr]) pipe.destroy();
    callback(error);
  }
}
