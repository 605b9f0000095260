import {
  createServer as createHttp1Server,
  type Server as Http1Server,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls';
import { endConnection } from '#client/end-connection.ts';
import { isBrokenTarget } from '../http2/broken-target.ts';
import { Http2Connection } from '../http2/connection.ts';
import { MAX_HEADER_BYTES } from '../http2/header-block.ts';
import type { Exchange } from './exchange.ts';
import { gathered } from './gathered.ts';
import { Http1Exchange } from './http1-exchange.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { afterAnswer, stayInHttp } from './stay-in-http.ts';

/** A connection with nothing under way is closed after this time. */
const IDLE_MS = 90_000;
/** How long a connection is quiet before the kernel asks whether the other side is still there. */
const KEEP_ALIVE_MS = 15_000;
/** How often a listener that closes looks for connections that have become idle. */
const IDLE_CHECK_MS = 20;

/** What one hears who sends no request, as Go's server says it. */
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n';

/** What somebody hears whose request cannot be read, before the connection is closed: as node says it, but so that it arrives. */
function refusalOf(code: string | undefined): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`;
}

const refuse = ({ method }: IncomingMessage, socket: Duplex) =>
  endConnection(socket, method === 'HEAD' ? BAD_REQUEST : `${BAD_REQUEST}400 Bad Request`);

export interface HttpsListenerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly tls: SecureContextOptions;
  /** PEM of the CA that signs client certificates. */
  readonly clientCa?: string;
  readonly onExchange: (exchange: Exchange) => void;
  /** A fault of the server's own that cost a connection. */
  readonly onFault: (error: unknown) => void;
  /** How long a connection may stay without saying what it wants, and how long it may take to say so; 32 s by default. */
  readonly headersTimeoutMs?: number;
  /** A connection that wants to leave HTTP: exec, attach, port-forward, WebSockets. False where it stays all the same. */
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

/** One TLS port that speaks HTTP/1.1 and HTTP/2, as the client negotiates. */
export class HttpsListener {
  readonly #tls: TlsServer;
  readonly #http1: Http1Server;
  readonly #sockets = new Set<TLSSocket>();
  /** The latest answer of each connection that speaks HTTP/1.1. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  readonly #http2 = new Set<Http2Connection>();
  readonly #options: HttpsListenerOptions;
  readonly #onExchange: (exchange: Exchange) => void;
  readonly #onFault: (error: unknown) => void;
  readonly #headersTimeoutMs: number;
  #closed: Promise<void> | undefined;

  private constructor(options: HttpsListenerOptions) {
    const { headersTimeoutMs = 32_000 } = options;
    this.#options = options;
    this.#headersTimeoutMs = headersTimeoutMs;
    this.#onFault = options.onFault;
    const onExchange = gathered((exchange: Exchange) => {
      // Some are taken back at once.
      if (!exchange.answered) options.onExchange(exchange);
    });
    this.#onExchange = onExchange;
    this.#http1 = createHttp1Server(
      {
        keepAliveTimeout: IDLE_MS,
        headersTimeout: headersTimeoutMs,
        connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000),
        // Bodies have a time limit of their own where they are read; those that are passed on have none.
        requestTimeout: 0,
        maxHeaderSize: MAX_HEADER_BYTES,
      },
      (request, response) => {
        if (isBrokenTarget(request.url ?? '/')) return refuse(request, request.socket);
        this.#answers.set(request.socket, response);
        return onExchange(new Http1Exchange(request, response, () => this.#closed !== undefined));
      },
    );
    // This server never listens itself, and node counts the time of connections only for those that do.
    this.#http1.emit('listening');
    this.#http1.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // Each further piece of what cannot be read comes here, too.
      if (socket.writableEnded) return;
      const before = this.#answers.get(socket);
      const isAnswering = before?.headersSent && !before.closed;
      if (socket.writable && !isAnswering) endConnection(socket, refusalOf(error.code));
      else socket.destroy();
    });
    this.#http1.on('upgrade', (request, socket, head) => {
      if (isBrokenTarget(request.url ?? '/')) refuse(request, socket);
      else this.#leave(request, socket, head);
    });
    this.#tls = createTlsServer({
      handshakeTimeout: headersTimeoutMs,
      noDelay: true,
      // As Go's server does: a watch whose client is cut off would wait for the next event to find out.
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      ...options.tls,
      ALPNProtocols: ['h2', 'http/1.1'],
      minVersion: 'TLSv1.2',
      requestCert: options.clientCa !== undefined,
      rejectUnauthorized: false,
      ...(options.clientCa === undefined ? {} : { ca: options.clientCa }),
    });
    this.#tls.on('secureConnection', (socket) => this.#accept(socket));
  }

  /** Listens; rejects when the port is in use or may not be taken. */
  static async listen(options: HttpsListenerOptions): Promise<HttpsListener> {
    const listener = new HttpsListener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#tls.once('error', reject);
      listener.#tls.listen(options.port, options.host, () => {
        listener.#tls.off('error', reject);
        resolve();
      });
    });
    return listener;
  }

  get address(): AddressInfo {
    return this.#tls.address() as AddressInfo;
  }

  /** Takes no new connections and tells clients that theirs will close; requests under way go on. Idempotent. */
  refuse(): void {
    this.#closed ??= new Promise<void>((resolve) => this.#tls.close(() => resolve()));
    for (const connection of this.#http2) connection.close();
  }

  /** Gives what was answered `graceMs` to reach its client, then closes every connection. */
  async close(graceMs = 0): Promise<void> {
    this.refuse();
    this.#http1.closeIdleConnections();
    if (graceMs > 0) {
      // A connection is idle once its last answer is read.
      const idle = setInterval(() => this.#http1.closeIdleConnections(), IDLE_CHECK_MS).unref();
      const timer = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([this.#closed, timer]);
      clearInterval(idle);
    }
    for (const socket of this.#sockets) socket.destroy();
    await this.#closed;
  }

  #accept(socket: TLSSocket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Resets and timeouts end the connection; whoever used it is told by its own abort signal.
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol === 'h2') this.#speakHttp2(socket);
    else this.#http1.emit('connection', socket);
  }

  #leave(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { onUpgrade } = this.#options;
    afterAnswer(this.#answers.get(socket), socket, head, (all) => {
      if (!onUpgrade?.(request, socket, all)) stayInHttp(this.#http1, request, socket, all);
    });
  }

  #speakHttp2(socket: TLSSocket): void {
    const connection: Http2Connection = new Http2Connection(socket, {
      onStream: (stream) => this.#onExchange(new Http2Exchange(stream, socket, connection)),
      onFault: this.#onFault,
      headersTimeoutMs: this.#headersTimeoutMs,
      idleMs: IDLE_MS,
    });
    this.#http2.add(connection);
    socket.once('close', () => this.#http2.delete(connection));
    if (this.#closed) connection.close();
  }
}
