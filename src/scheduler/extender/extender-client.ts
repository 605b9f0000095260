import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { stringifyJson } from '#machinery/codec/encode-json.ts';

/** How to trust and be trusted; data in base64 goes before files. */
export interface ExtenderTls {
  readonly insecure?: boolean | undefined;
  readonly serverName?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certData?: string | undefined;
  readonly keyData?: string | undefined;
  readonly caData?: string | undefined;
}

export interface ExtenderClientOptions {
  readonly enableHTTPS?: boolean | undefined;
  readonly tls?: ExtenderTls;
  readonly timeoutMs: number;
}

/** As Go's client says it. */
const LATE = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

/** Sends JSON to an extender and reads JSON. Connections are kept. */
export class ExtenderClient {
  readonly #timeoutMs: number;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor({ enableHTTPS, tls, timeoutMs }: ExtenderClientOptions) {
    this.#timeoutMs = timeoutMs;
    // Who says HTTPS and nothing of authorities takes any certificate, as upstream does.
    const isTrusting = tls?.insecure === true || (enableHTTPS === true && !tls?.caFile && !tls?.caData);
    this.#agents = {
      http: new http.Agent({ keepAlive: true }),
      https: new https.Agent({ keepAlive: true, rejectUnauthorized: !isTrusting, ...materialOf(tls) }),
    };
  }

  /** Throws when the server does not answer in time, or not with 200. */
  async post(url: string, value: unknown): Promise<unknown> {
    const body = stringifyJson(value);
    const { status, text } = await this.#send(url, body);
    if (status !== 200) throw new Error(`failed ${url.split('/').pop()} with extender at URL ${url}, code ${status}`);
    return JSON.parse(text);
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #send(url: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const { protocol, hostname, port } = new URL(url);
    const isSecure = protocol === 'https:';
    const agent = isSecure ? this.#agents.https : this.#agents.http;
    const options = { method: 'POST', headers, agent, signal: AbortSignal.timeout(this.#timeoutMs) };
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        const isLate = error.name === 'AbortError' || error.name === 'TimeoutError';
        const isRefused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
        const refusal = `dial tcp ${hostname}:${port || (isSecure ? 443 : 80)}: connect: connection refused`;
        const text = isLate ? LATE : isRefused ? refusal : error.message;
        reject(new Error(`Post "${url}": ${text}`, { cause: error }));
      };
      const request = (isSecure ? https : http).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('error', fail);
      request.end(body);
    });
  }
}

function materialOf(tls: ExtenderTls = {}) {
  const read = (data: string | undefined, file: string | undefined) =>
    data ? Buffer.from(data, 'base64') : file ? readFileSync(file) : undefined;
  const [cert, key, ca] = [
    read(tls.certData, tls.certFile),
    read(tls.keyData, tls.keyFile),
    read(tls.caData, tls.caFile),
  ];
  return {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(ca ? { ca } : {}),
    ...(tls.serverName ? { servername: tls.serverName } : {}),
  };
}
