import { request as httpsRequest, type RequestOptions } from 'node:https';

/** How to reach somebody over HTTPS: whom to trust and what to show. */
export interface HttpsAccess {
  /** PEM of the authorities that sign the server's certificate; the system's when absent. */
  readonly ca?: string | undefined;
  /** PEM of a client certificate and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** A bearer token. */
  readonly token?: string | undefined;
}

export interface JsonRequest {
  readonly access: HttpsAccess;
  /** Sent with POST; without it the request is a GET. */
  readonly body?: object;
  /** Media type; JSON by default. */
  readonly accept?: string;
  /** How long an answer is waited for; half a minute by default. */
  readonly timeoutMs?: number | undefined;
}

/** Somebody could not be reached or answered with an error. */
export class JsonRequestError extends Error {
  override readonly name = 'JsonRequestError';
  /** The HTTP status, undefined when there was no answer. */
  readonly status: number | undefined;
  /** The answer asked to come back later. */
  readonly retryAfter: boolean;
  constructor(message: string, status?: number, options?: ErrorOptions & { readonly retryAfter?: boolean }) {
    super(message, options);
    this.status = status;
    this.retryAfter = options?.retryAfter ?? false;
  }
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 3 * 1024 * 1024;

/** Makes one request over HTTPS and answers the body, which is JSON. Rejects with a `JsonRequestError`. */
export async function requestJson(url: string, request: JsonRequest): Promise<unknown> {
  const text = await requestText(url, request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JsonRequestError(`read the answer of ${url}: not JSON`, 200, { cause });
  }
}

/** As `requestJson`, with the body as it is. */
export function requestText(url: string, request: JsonRequest): Promise<string> {
  const { access, accept = 'application/json', timeoutMs = TIMEOUT_MS } = request;
  const { ca, cert, key, token } = access;
  const body = request.body && JSON.stringify(request.body);
  const options: RequestOptions = {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(ca ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
    agent: false,
    timeout: timeoutMs,
  };
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(new JsonRequestError(`ask ${url}: ${cause.message}`, undefined, { cause }));
    const sent = httpsRequest(url, options, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.once('error', fail);
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_BYTES) sent.destroy(new Error('answer is too long'));
      });
      answer.once('end', () => {
        const { statusCode = 0, headers } = answer;
        const retryAfter = headers['retry-after'] !== undefined;
        if (statusCode >= 200 && statusCode < 300) resolve(Buffer.concat(chunks).toString());
        else reject(new JsonRequestError(`ask ${url}: status ${statusCode}`, statusCode, { retryAfter }));
      });
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', fail);
    sent.end(body);
  });
}
