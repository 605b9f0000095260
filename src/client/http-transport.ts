import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import { writtenNulls } from '#machinery/codec/written-nulls.ts';
import { newServiceUnavailable, type Status, StatusError } from '#machinery/errors/status-error.ts';
import type { Connection } from './connection.ts';
import { pathOf } from './request-url.ts';
import type { ClientRequest, Transport, WatchEvent } from './transport.ts';

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
} as const;

interface Answer {
  readonly code: number;
  readonly body: Readable;
}

/** Calls an API server over one HTTP/2 connection, made when it is needed and again when it breaks. */
export class HttpTransport implements Transport {
  readonly #connection: Connection;
  #session: ClientHttp2Session | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async request(request: ClientRequest): Promise<unknown> {
    const { code, body } = await this.#send(request, request.signal);
    const text = await readText(body);
    const value = parse(text, code);
    if (code >= 400) throw toStatusError(value, code);
    const take = nullsOf(request);
    if (take) for (const object of request.verb === 'list' ? (value as List).items : [value]) take(object);
    return value;
  }

  async watch(
    request: ClientRequest,
    listener: (events: readonly WatchEvent[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    try {
      const { code, body } = await this.#send(request, signal);
      if (code >= 400) throw toStatusError(parse(await readText(body), code), code);
      await readEvents(body, withoutNulls(listener, nullsOf(request)));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async close(): Promise<void> {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #send(request: ClientRequest, signal: AbortSignal | undefined): Promise<Answer> {
    const { verb, body, patchType } = request;
    const payload = body === undefined ? undefined : Buffer.from(stringifyJson(body));
    return new Promise<Answer>((resolve, reject) => {
      const session = this.#open();
      const stream = session.request(
        {
          ':method': METHODS[verb],
          ':path': pathOf(request),
          accept: 'application/json',
          'user-agent': this.#connection.userAgent ?? 'knarr',
          ...(this.#connection.token === undefined ? {} : { authorization: `Bearer ${this.#connection.token()}` }),
          ...(payload ? { 'content-type': patchType ?? 'application/json', 'content-length': payload.length } : {}),
        },
        { endStream: payload === undefined, ...(signal ? { signal } : {}) },
      );
      holdWhileOpen(session, stream);
      stream.once('response', (headers) => resolve({ code: Number(headers[':status']), body: stream }));
      stream.once('error', (error) => reject(signal?.aborted ? signal.reason : unreachable(error)));
      stream.once('close', () => reject(unreachable(new Error('connection closed'))));
      if (payload) stream.end(payload);
    });
  }

  #open(): ClientHttp2Session {
    const current = this.#session;
    if (current && !current.closed && !current.destroyed) return current;
    const { server, tls } = this.#connection;
    const session = connect(server, {
      settings: { initialWindowSize: 4 * 1024 * 1024 },
      maxSessionMemory: 1024,
      createConnection: () => openSocket(server, tls),
    });
    session.on('error', () => session.destroy());
    session.once('goaway', (code) => {
      if (code === constants.NGHTTP2_NO_ERROR) session.close();
      if (this.#session === session) this.#session = undefined;
    });
    session.once('close', () => {
      if (this.#session === session) this.#session = undefined;
    });
    session.unref();
    this.#session = session;
    return session;
  }
}

const openStreams = new WeakMap<ClientHttp2Session, number>();

/** Pending calls keep the process alive, an idle connection does not. */
function holdWhileOpen(session: ClientHttp2Session, stream: ClientHttp2Stream): void {
  const open = (openStreams.get(session) ?? 0) + 1;
  openStreams.set(session, open);
  if (open === 1) session.ref();
  stream.once('close', () => {
    const left = (openStreams.get(session) ?? 1) - 1;
    openStreams.set(session, left);
    if (left === 0) session.unref();
  });
}

/** A call's head and body are two frames: without this the second would wait for the first to be acknowledged. */
function openSocket(server: string, tls: Connection['tls']): TLSSocket {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const servername = isIP(host) ? '' : host;
  const socket = tlsConnect({ host, port: Number(port || 443), servername, ...tls, ALPNProtocols: ['h2'] });
  socket.setNoDelay(true);
  return socket;
}

/** A server that cannot be reached is answered as a 503, so that callers meet one kind of error. */
function unreachable(error: Error): StatusError {
  const failed = newServiceUnavailable(`reach API server: ${error.message}`);
  failed.cause = error;
  return failed;
}

async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string, code: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StatusError({
      code: code >= 400 ? code : 502,
      reason: 'InternalError',
      message: `read answer: ${text.slice(0, 200)}`,
    });
  }
}

function toStatusError(value: unknown, code: number): StatusError {
  const status = value as Status;
  return new StatusError({ ...status, code: status.code ?? code });
}

interface List {
  readonly items: readonly unknown[];
}

/** Takes the nulls out of an object of the type that is asked for; absent where there are none. */
const nullsOf = ({ schema }: ClientRequest) => schema && writtenNulls(schema)?.take;

type Listener = (events: readonly WatchEvent[]) => void;

const withoutNulls = (listener: Listener, take: ((object: unknown) => void) | undefined): Listener =>
  take === undefined
    ? listener
    : (events) => {
        for (const { object } of events) take(object);
        listener(events);
      };

/** Reads newline-separated events; those that arrive in one chunk make one batch. */
async function readEvents(body: Readable, listener: (events: readonly WatchEvent[]) => void): Promise<void> {
  let rest = '';
  body.setEncoding('utf8');
  for await (const chunk of body) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() as string;
    const events: WatchEvent[] = [];
    for (const line of lines) {
      const event = JSON.parse(line) as { type: WatchEvent['type'] | 'ERROR'; object: unknown };
      if (event.type === 'ERROR') {
        if (events.length > 0) listener(events);
        throw toStatusError(event.object, 500);
      }
      events.push(event as WatchEvent);
    }
    if (events.length > 0) listener(events);
  }
}
