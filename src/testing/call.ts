import { request as httpsRequest } from 'node:https';
import type { Endpoint } from './endpoint.ts';

/** What a raw request says beside its path. */
export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** `null` shows no credentials; absent is the administrator. */
  readonly identity?: { readonly cert: string; readonly key: string } | null;
}

/** The whole answer to a raw request. */
export interface Answer {
  readonly code: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
  /** The body read as one JSON value; throws when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies are of every kind
  readonly json: any;
}

/** A function that makes one HTTP/1.1 request at a time, each over a connection of its own, for what no client would send. */
export const createCall =
  (endpoint: Endpoint) =>
  (path: string, { method = 'GET', headers = {}, body, identity }: Call = {}): Promise<Answer> => {
    const { cert, key } = endpoint.admin.tls;
    const credentials = identity === null ? {} : (identity ?? { cert: cert as string, key: key as string });
    return new Promise((resolve, reject) => {
      // Said by hand: node sends the body of a DELETE without a length.
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = { method, headers: { ...length, ...headers }, ca: endpoint.ca, ...credentials, agent: false };
      const request = httpsRequest(`${endpoint.server}${path}`, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.once('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const json = () => JSON.parse(bytes.toString());
          resolve({
            code: answer.statusCode ?? 0,
            headers: answer.headers,
            bytes,
            get json() {
              return json();
            },
          });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  };
