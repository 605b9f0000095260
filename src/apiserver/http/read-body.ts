import type { Readable } from 'node:stream';
import { newRequestEntityTooLarge } from '#machinery/errors/status-error.ts';

/** The whole of a request's body. Past `limit` bytes it stops keeping them and rejects with a 413. */
export function readBody(source: Readable, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    source.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        chunks.length = 0;
        reject(newRequestEntityTooLarge(`limit is ${limit}`));
        return;
      }
      chunks.push(chunk);
    });
    source.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    source.once('error', reject);
    source.once('aborted', () => reject(new Error('read request body: client closed the connection')));
  });
}
