import { type ClientHttp2Session, connect } from 'node:http2';
import type { Connection } from '#client/connection.ts';

/** Requests over a few HTTP/2 connections with as little work on our side as possible: bodies are bytes, answers are counted. */
export class RawClient {
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  constructor({ server, tls }: Connection, connections: number) {
    this.#sessions = Array.from({ length: connections }, () => open(server, tls));
  }

  /** Resolves with the length of the answer's body; rejects for any status but a success. */
  request(method: string, path: string, body?: Buffer): Promise<number> {
    const session = this.#sessions[this.#next++ % this.#sessions.length] as ClientHttp2Session;
    return new Promise((resolve, reject) => {
      const stream = session.request({
        ':method': method,
        ':path': path,
        ...(body ? { 'content-type': 'application/json' } : {}),
      });
      let length = 0;
      let status = 0;
      let refusal = '';
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (status >= 300) refusal += chunk;
      });
      stream.once('end', () =>
        status < 300 ? resolve(length) : reject(new Error(`${method} ${path}: ${refusal || status}`)),
      );
      stream.once('error', reject);
      stream.end(body);
    });
  }

  /** Reads a watch for as long as the client lives, telling the length of each piece. A paused one reads nothing. */
  watch(path: string, onData: (chunk: Buffer) => void, paused = false): void {
    const session = this.#sessions[this.#next++ % this.#sessions.length] as ClientHttp2Session;
    const stream = session.request({ ':path': path });
    stream.on('error', () => {});
    if (!paused) stream.on('data', onData);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

/** With the windows that Go's client opens. */
function open(server: string, tls: Connection['tls']): ClientHttp2Session {
  const session = connect(server, { ...tls, settings: { initialWindowSize: 4 * 1024 * 1024 } });
  session.once('connect', () => session.setLocalWindowSize(1024 * 1024 * 1024));
  return session;
}
