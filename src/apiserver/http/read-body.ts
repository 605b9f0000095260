import type { Readable } from 'node:stream';
import { newRequestEntityTooLarge, newTimeout } from '#machinery/errors/status-error.ts';

/** How long a client may take to say what it has to say. */
const TIMEOUT_MS = 60_000;

/** What is told of a request's body. */
export interface BodyListener {
  data(chunk: Buffer): void;
  end(): void;
  /** The body cannot be read any further; nothing is told after its end. */
  fail(error: Error): void;
}

/** Tells a listener of a body, what is there of it at once; returns how to stop that. */
export type BodySource = (listener: BodyListener) => () => void;

export const clientGone = (): Error => new Error('read request body: client closed the connection');

/** The whole of a request's body. Rejects with a 413 past `limit` bytes and reads no further, with a 504 when it takes too long. */
export function readBody(source: BodySource, limit: number, timeoutMs = TIMEOUT_MS): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    const over = () => {
      isOver = true;
      clearTimeout(timer);
    };
    const refuse = (error: Error) => {
      if (isOver) return;
      over();
      stop?.();
      reject(error);
    };
    stop = source({
      data(chunk) {
        size += chunk.length;
        if (size > limit) refuse(newRequestEntityTooLarge(`limit is ${limit}`));
        else if (!isOver) chunks.push(chunk);
      },
      end() {
        if (isOver) return;
        over();
        resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      },
      fail: refuse,
    });
    if (isOver) return;
    const late = () => refuse(newTimeout('request did not complete within the allotted timeout', 0));
    timer = setTimeout(late, timeoutMs);
  });
}

/** A body that node reads. */
export function bodyOf(readable: Readable): BodySource {
  return ({ data, end, fail }) => {
    readable.on('data', data);
    readable.on('end', end);
    readable.on('error', fail);
    const gone = () => {
      if (!readable.readableEnded) fail(clientGone());
    };
    if (readable.destroyed) gone();
    else readable.on('close', gone);
    return () => {
      readable.off('data', data);
      readable.pause();
    };
  };
}
