import { AsyncQueue } from '#base/async-queue.ts';
import type { WindowSize } from './remote-streams.ts';

/** A size is a few dozen characters. */
const LONGEST = 1024;

/** The sizes of a window as a client tells them: one JSON value after another. What is none ends them, as it does upstream. */
export class WindowSizes {
  readonly sizes = new AsyncQueue<WindowSize>();
  #rest = '';
  #isOver = false;

  /** Takes what came next, wherever it was cut. */
  read(text: string): void {
    // Without braces inside.
    const parts = (this.#rest + text).split('}');
    this.#rest = parts.pop() as string;
    for (const part of parts) {
      if (this.#isOver) return;
      const size = parse(`${part}}`);
      if (size === undefined) return this.end();
      // A window of nothing is no change.
      if (size.width > 0 && size.height > 0) this.sizes.push(size);
    }
    if (this.#rest.length > LONGEST) this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#rest = '';
    this.sizes.end();
  }
}

function parse(text: string): WindowSize | undefined {
  try {
    const { Width = 0, Height = 0 } = (JSON.parse(text) ?? {}) as { Width?: unknown; Height?: unknown };
    return isSide(Width) && isSide(Height) ? { width: Width, height: Height } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
