import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newInternalError, newServiceUnavailable, type StatusError } from '#machinery/errors/status-error.ts';
import type { Exchange } from '../http/exchange.ts';
import { framingOf } from './body-framing.ts';
import { type ConnectTarget, dialError, tlsOptionsOf } from './connect-target.ts';
import { forwardedHeaders, returnedHeaders } from './forward-headers.ts';
import type { LogExchange } from './log-socket.ts';
import { nodeRefusal } from './node-refusal.ts';

/** Idle waiting of this long for the first byte of an answer means that nobody is there. */
const CONNECT_TIMEOUT_MS = 30_000;

/**
 * Passes a request on as it stands and streams the answer back, both without holding more than a buffer. `prefix` is the
 * path under which the client sees what is behind this server: redirects and links in pages are made to lead there.
 */
export async function forward(exchange: Exchange, target: ConnectTarget, prefix: string): Promise<void> {
  const headers = forwardedHeaders(exchange.rawHeaders, {
    remoteAddress: exchange.remoteAddress,
    uri: prefix + (target.path.split('?', 1)[0] as string),
    isOurs: target.isOurs,
  });
  const { method, bodyStream } = exchange;
  const framing = await framingOf({ method, bodyStream, header: (name) => exchange.header(name) });
  const answer = await ask(exchange, target, {
    headers: [...headers, ...framing],
    body: exchange.bodyStream,
    failed: (reason) => newServiceUnavailable(`error trying to reach service: ${reason}`),
  });
  const rewrites = exchange.method !== 'HEAD' && isRewritable(answer);
  const base = `${target.scheme}://${target.host}${isDefaultPort(target) ? '' : `:${target.port}`}`;
  const returned = returnedHeaders(answer.rawHeaders, (name, value) => {
    if (name === 'location') return relocate(value, base, prefix);
    return rewrites && name === 'content-length' ? undefined : value;
  });
  const page = rewrites ? [await createRewriter((url) => relocate(url, base, prefix))] : [];
  if (rewrites) answer.setEncoding('utf8');
  const stream = exchange.startStream(answer.statusCode ?? 502, returned);
  await pipeline([answer, ...page, stream.writable as NodeJS.WritableStream]).catch(ignoreBroken(exchange));
}

/** Passes a GET on to a node and streams the answer back, for logs: as plain text, whatever the node takes them for. */
export async function forwardLog(exchange: LogExchange, target: ConnectTarget, pod: string): Promise<void> {
  const answer = await ask(exchange, target, {
    headers: [],
    failed: (reason) => newInternalError(`error dialing backend: ${reason}`),
  });
  const { statusCode = 502 } = answer;
  if (statusCode < 200 || statusCode > 206) throw await nodeRefusal(answer, pod);
  const stream = exchange.startStream(200, { 'content-type': 'text/plain' });
  await pipeline(answer, stream.writable).catch(ignoreBroken(exchange));
}

interface Question {
  readonly headers: readonly string[];
  /** The request's body; absent where there is none. */
  readonly body?: Readable;
  readonly failed: (reason: string) => StatusError;
}

/** Sends the request and waits for the head of the answer. */
function ask(
  exchange: Pick<Exchange, 'method' | 'signal'>,
  target: ConnectTarget,
  question: Question,
): Promise<IncomingMessage> {
  const { scheme, host, port, path } = target;
  const options = {
    host: target.address ?? host,
    port,
    path,
    method: exchange.method,
    headers: ['Host', `${host}${isDefaultPort(target) ? '' : `:${port}`}`, ...question.headers],
    agent: false as const,
    // As Go reads answers, whose lines may end without a carriage return. No other answer follows on the connection.
    insecureHTTPParser: true,
    signal: exchange.signal,
    timeout: CONNECT_TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    const request = scheme === 'https' ? httpsRequest({ ...options, ...tlsOptionsOf(target) }) : httpRequest(options);
    const connected = (socket: { setTimeout(milliseconds: number): void }) => socket.setTimeout(0);
    request.once('socket', (socket) =>
      socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => connected(socket)),
    );
    request.once('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    request.once('error', (error) => reject(question.failed(dialError(target, error))));
    // Protocols that the client did not ask to switch to are no answer.
    request.once('upgrade', (_answer, socket) => socket.destroy());
    request.once('response', resolve);
    if (question.body === undefined) request.end();
    // A body that breaks off ends the request, which tells; an answer may come before the whole body was taken.
    else pipeline(question.body, request).catch(() => request.destroy());
  });
}

/** The parser is loaded when the first page comes by. */
const createRewriter = async (edit: (url: string) => string) => (await import('./rewrite-html.ts')).rewriteHtml(edit);

/** Pages in plain UTF-8; others are passed on as they are. */
function isRewritable({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? '';
  return /^text\/html\b/i.test(type) && !/charset=(?!"?utf-?8)/i.test(type) && !headers['content-encoding'];
}

const isDefaultPort = ({ scheme, port }: ConnectTarget) => port === (scheme === 'https' ? 443 : 80);

/** A URL on the server behind, as the client can ask for it; others are left alone. */
function relocate(url: string, base: string, prefix: string): string {
  if (url.startsWith(`${base}/`)) return prefix + url.slice(base.length);
  if (url.startsWith('//')) return url;
  return url.startsWith('/') && !url.startsWith(`${prefix}/`) ? prefix + url : url;
}

/** An answer that began cannot be taken back: when either side breaks it off, both ends are closed, and that is all. */
const ignoreBroken = (exchange: Pick<Exchange, 'answered' | 'signal'>) => (error: unknown) => {
  if (!exchange.answered && !exchange.signal.aborted) throw error;
};
