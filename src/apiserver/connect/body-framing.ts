import type { Readable } from 'node:stream';
import type { Exchange } from '../http/exchange.ts';

/** Methods whose requests Node sends without a frame around their body. */
const UNFRAMED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS']);

/**
 * The headers that tell where the body of a request ends that is passed on, where its own do not. Unframed, a body would be
 * one more request to who is behind. HTTP/2 says nothing before a body comes: it is waited for.
 */
export async function framingOf({ method, bodyStream, header }: BodyOf): Promise<string[]> {
  if (!UNFRAMED.has(method) || header('content-length') !== '') return [];
  return header('transfer-encoding') !== '' || (await hasBody(bodyStream)) ? ['Transfer-Encoding', 'chunked'] : [];
}

interface BodyOf extends Pick<Exchange, 'method' | 'bodyStream'> {
  readonly header: (name: string) => string;
}

async function hasBody(body: Readable): Promise<boolean> {
  if (body.readableEnded || body.destroyed) return false;
  if (body.readableLength === 0) {
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of ['readable', 'end', 'close', 'error']) body.off(event, done);
        resolve();
      };
      for (const event of ['readable', 'end', 'close', 'error']) body.on(event, done);
    });
  }
  return body.readableLength > 0;
}
