import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HTTPGetAction } from '#api/core/v1/probe.ts';
import { failure, type ProbeOutcome, success, warning } from './outcome.ts';

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

const MAX_BODY = 10 * 1024;
const MAX_REDIRECTS = 10;

/** Asks over HTTP; 200 to 399 is success. Certificates are not checked. */
export async function probeHttp(action: HTTPGetAction, target: HttpTarget): Promise<ProbeOutcome> {
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const path = action.path?.startsWith('/') ? action.path : `/${action.path ?? ''}`;
  let url = new URL(`${scheme}://${host}:${target.port}${path}`);
  const deadline = AbortSignal.timeout(target.timeoutMs);
  for (let redirects = 0; ; redirects++) {
    const answer = await get(url, action, deadline).catch((error: NodeJS.ErrnoException) =>
      describe(url, error, deadline),
    );
    if (typeof answer === 'string') return failure(answer);
    const { status, body, location } = answer;
    if (status >= 300 && status < 400 && location) {
      const next = new URL(location, url);
      // A redirect to another host proves that this one answers, and nothing of the other.
      if (next.hostname !== url.hostname) return warning(`Probe terminated redirects, Response body: ${body}`);
      if (redirects >= MAX_REDIRECTS) return failure(`Get "${url.href}": stopped after ${MAX_REDIRECTS} redirects`);
      url = next;
      continue;
    }
    return status >= 200 && status < 400 ? success(body) : failure(`HTTP probe failed with statuscode: ${status}`);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly location: string | undefined;
}

function get(url: URL, action: HTTPGetAction, signal: AbortSignal): Promise<Answer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      // As Go reads answers: lines may end without a carriage return.
      {
        headers: headersOf(url, action),
        rejectUnauthorized: false,
        agent: false,
        signal,
        insecureHTTPParser: true,
      },
      (response) =>
        readBody(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, body, location: response.headers.location }),
          reject,
        ),
    );
    request.once('error', reject);
    request.end();
  });
}

/** The start of the body; the rest is not waited for. */
function readBody(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = () => resolve(Buffer.concat(chunks).toString('utf8', 0, MAX_BODY));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < MAX_BODY) return;
      end();
      response.destroy();
    });
    response.once('end', end);
    response.once('error', reject);
  });
}

function headersOf(url: URL, { httpHeaders = [], host }: HTTPGetAction): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { host: host ? `${host}:${url.port}` : url.host };
  for (const { name, value } of httpHeaders) {
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = key === 'host' || before === undefined ? value : [...[before].flat(), value];
  }
  headers['user-agent'] ??= 'kube-probe/1.36';
  headers['accept'] ??= '*/*';
  return headers;
}

/** What Go's client says of the same failure. */
function describe(url: URL, error: NodeJS.ErrnoException, deadline: AbortSignal): string {
  const prefix = `Get "${url.href}": `;
  if (deadline.aborted) return `${prefix}context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
  return `${prefix}${dialError(url.hostname, Number(url.port), error)}`;
}

/** What Go says of a connection that could not be made. */
export function dialError(host: string, port: number, error: NodeJS.ErrnoException): string {
  const address = `dial tcp ${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}: `;
  switch (error.code) {
    case 'ECONNREFUSED':
      return `${address}connect: connection refused`;
    case 'EHOSTUNREACH':
      return `${address}connect: no route to host`;
    case 'ENETUNREACH':
      return `${address}connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `${address}i/o timeout`;
    case 'ECONNRESET':
      return 'EOF';
    default:
      return error.message;
  }
}
