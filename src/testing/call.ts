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
  /** The body where its content type says that it is JSON. */
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
      const options = { method, headers, ca: endpoint.ca, ...credentials, agent: false };
      const request = httpsRequest(`${endpoint.server}${path}`, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.once('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isJson = bytes.length > 0 && (answer.headers['content-type'] ?? '').includes('json');
          const json = isJson ? JSON.parse(bytes.toString()) : undefined;
          resolve({ code: answer.statusCode ?? 0, headers: answer.headers, bytes, json });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  };
