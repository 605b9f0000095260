import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '../authentication/peer-certificate.ts';
import { readableBody, writableBody } from '../http2/body-streams.ts';
import type { Http2Connection } from '../http2/connection.ts';
import { ErrorCode } from '../http2/error-code.ts';
import { OF_CONNECTIONS } from '../http2/request-fields.ts';
import type { Http2Stream } from '../http2/stream.ts';
import { certificateOf } from './client-certificate.ts';
import { type Exchange, type HeaderMap, type ResponseStream, untilTaken } from './exchange.ts';
import { httpDate } from './http-date.ts';
import { LazySignal } from './lazy-signal.ts';
import { type BodySource, clientGone, readBody } from './read-body.ts';
import { splitTarget } from './split-target.ts';

const NOTHING = new Uint8Array();

/** An exchange over HTTP/2. */
export class Http2Exchange implements Exchange {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly search: string;
  readonly #stream: Http2Stream;
  readonly #socket: TLSSocket;
  readonly #connection: Pick<Http2Connection, 'close'>;
  readonly #gone = new LazySignal();
  #bodyStream: Readable | undefined;

  constructor(stream: Http2Stream, socket: TLSSocket, connection: Pick<Http2Connection, 'close'>) {
    const { path, query, search } = splitTarget(stream.request.path);
    this.path = path;
    this.query = query;
    this.search = search;
    this.#stream = stream;
    this.#socket = socket;
    this.#connection = connection;
    stream.onClose(this.#gone.abort);
  }

  get method(): string {
    return this.#stream.request.method;
  }

  get rawHeaders(): readonly string[] {
    return this.#stream.fields;
  }

  header(name: string): string {
    const { fields } = this.#stream;
    for (let at = 0; at < fields.length; at += 2) if (fields[at] === name) return fields[at + 1] as string;
    return '';
  }

  get certificate(): PeerCertificate | undefined {
    return certificateOf(this.#socket);
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? '';
  }

  closeConnection(): void {
    this.#connection.close();
  }

  get answered(): boolean {
    return this.#stream.isAnswered || this.#stream.isClosed;
  }

  get bodyStream(): Readable {
    this.#invite();
    return (this.#bodyStream ??= readableBody(this.#stream));
  }

  readBody(limit: number): Promise<Uint8Array> {
    this.#invite();
    return readBody(bodySource(this.#stream), limit);
  }

  /** Some clients send a body only when they are told that it is wanted. */
  #invite(): void {
    if (!this.#stream.isReceived && this.header('expect') === '100-continue') this.#stream.goOn();
  }

  respond(code: number, head: HeaderMap, body: Uint8Array): Promise<void> | undefined {
    const stream = this.#stream;
    const shown = this.method === 'HEAD' ? NOTHING : body;
    const fields = outgoing(code, head, body.length);
    stream.respondWhole(fields, shown);
    return untilTaken(
      (done) => stream.onClose(done),
      shown.length,
      () => stream.reset(ErrorCode.none),
    );
  }

  drop(): void {
    this.#stream.reset(ErrorCode.internal);
  }

  startStream(code: number, head: HeaderMap): ResponseStream {
    const stream = this.#stream;
    stream.respond(outgoing(code, head), false);
    return {
      write: (chunk) => stream.write(chunk),
      onDrain: (callback) => stream.onDrain(callback),
      end: () => stream.end(),
      destroy: () => stream.reset(ErrorCode.internal),
      get writable() {
        return writableBody(stream);
      },
    };
  }
}

function bodySource(stream: Http2Stream): BodySource {
  return ({ data, end, fail }) => {
    let isWanted = true;
    stream.read({
      data(chunk) {
        if (!isWanted) return;
        data(chunk);
        stream.credit(chunk.length);
      },
      end,
    });
    stream.onClose(() => {
      if (!stream.isReceived) fail(clientGone());
    });
    return () => {
      isWanted = false;
    };
  };
}

/** Names and values in turn; with `length` that is what the body has, whatever the head says. */
function outgoing(code: number, head: HeaderMap, length?: number): string[] {
  const fields = [':status', String(code), 'date', httpDate()];
  if (length !== undefined) fields.push('content-length', String(length));
  for (const name in head) {
    const value = head[name];
    if (value === undefined || NOT_SENT.has(name) || (name === 'content-length' && length !== undefined)) continue;
    if (typeof value === 'string') fields.push(name, value);
    else for (const each of value) fields.push(name, each);
  }
  return fields;
}

/** What the protocol has no place for, and what is said otherwise. */
const NOT_SENT: ReadonlySet<string> = new Set([...OF_CONNECTIONS, 'date']);
