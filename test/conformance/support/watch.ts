import type { IncomingMessage } from 'node:http';
import { waitFor } from '#testing/wait-for.ts';
import type { Body } from './rest.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Body;
}

/** A watch as it comes over the wire: one JSON value a line. Events are taken in the order they came. */
export class Watch {
  /** Every event so far. */
  readonly events: WatchEvent[] = [];
  readonly code: number;
  readonly #answer: IncomingMessage;
  #taken = 0;
  #ended = false;

  constructor(answer: IncomingMessage) {
    this.code = answer.statusCode ?? 0;
    this.#answer = answer;
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.events.push(JSON.parse(line));
    });
    answer.on('close', () => {
      this.#ended = true;
    });
    // Closing the watch breaks the connection off on purpose; a server that does so ends the watch, too.
    answer.on('error', () => {});
  }

  /** Whether the server has ended the watch, or `close` has. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes events until one is of the type and fits, and answers its object. */
  async until(type: WatchEvent['type'], fits: (object: Body) => boolean = () => true): Promise<Body> {
    const from = this.#taken;
    const take = (): WatchEvent | undefined => {
      while (this.#taken < this.events.length) {
        const event = this.events[this.#taken++]!;
        if (event.type === type && fits(event.object)) return event;
      }
      return undefined;
    };
    const what = () => `${type}, after ${JSON.stringify(this.events.slice(from).map((event) => event.type))}`;
    const event = await waitFor(take, { timeoutMs: 20_000 }).catch(() => undefined);
    if (event === undefined) throw new Error(`the watch did not see ${what()}`);
    return event.object;
  }

  /** Like `until`, for the object of a name. */
  of(type: WatchEvent['type'], name: string): Promise<Body> {
    return this.until(type, (object) => object.metadata.name === name);
  }

  close(): void {
    this.#answer.destroy();
  }
}
