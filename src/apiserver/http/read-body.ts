import type { Readable } from 'node:stream';
import { newRequestEntityTooLarge, newTimeout } from '#machinery/errors/status-error.ts';

/** How long a client may take to say what it has to say. */
const TIMEOUT_MS = 60_000;

/** The whole of a request's body. Rejects with a 413 past `limit` bytes and reads no further, with a 504 when it takes too long. */
export function readBody(source: Readable, limit: number, timeoutMs = TIMEOUT_MS): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: Error) => {
      clearTimeout(timer);
      source.off('data', take);
      source.pause();
      reject(error);
    };
    const timer = setTimeout(
      () => refuse(newTimeout('request did not complete within the allotted timeout', 0)),
      timeoutMs,
    );
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse(newRequestEntityTooLarge(`limit is ${limit}`));
      else chunks.push(chunk);
    };
    let isOver = false;
    source.on('data', take);
    source.on('end', () => {
      isOver = true;
      clearTimeout(timer);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    source.on('error', refuse);
    const gone = () => {
      if (!isOver) refuse(new Error('read request body: client closed the connection'));
    };
    if (source.destroyed) gone();
    else source.on('close', gone);
  });
}
