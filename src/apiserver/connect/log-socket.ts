import { Writable } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { UpgradingClient } from '../filters/request-context.ts';
import type { Exchange } from '../http/exchange.ts';

/** What whoever answers with a log needs of an exchange. */
export type LogExchange = Pick<Exchange, 'method' | 'query' | 'signal' | 'answered' | 'respond' | 'startStream'>;

const BASE64 = 'base64.binary.k8s.io';
/** Pieces as they are, or as text; who names no protocol gets them as they are. */
const PROTOCOLS = ['', 'binary.k8s.io', BASE64];
const NORMAL_CLOSURE = 1000;
/** Readers of logs have nothing to say. */
const MAX_SAID = 1024;

/** A log's answer as messages over a WebSocket, the first of them empty; browsers read logs this way. Errors are answered in HTTP. */
export function logSocket(exchange: Exchange, client: UpgradingClient): LogExchange {
  const protocol = negotiate(exchange.header('sec-websocket-protocol'));
  let socket: WebSocket | undefined;
  const open = (): Writable => {
    socket = accept(client, protocol);
    const writable = writableTo(socket, protocol === BASE64);
    writable.write(Buffer.alloc(0));
    return writable;
  };
  return {
    method: exchange.method,
    query: exchange.query,
    signal: exchange.signal,
    get answered() {
      return socket !== undefined || exchange.answered;
    },
    respond(code, headers, body) {
      if (code !== 200) return exchange.respond(code, headers, body);
      open().end(body);
      return undefined;
    },
    startStream(code, headers) {
      if (code !== 200) return exchange.startStream(code, headers);
      const writable = open();
      return {
        write: (chunk) => writable.write(chunk),
        onDrain: (callback) => void writable.on('drain', callback),
        end: () => void writable.end(),
        destroy: () => socket?.terminate(),
        writable,
      };
    },
  };
}

function negotiate(header: string): string {
  const offered = header.split(',').map((text) => text.trim());
  const chosen = offered.find((protocol) => PROTOCOLS.includes(protocol));
  if (chosen !== undefined) return chosen;
  const [supported, accepted] = [offered.join(' '), PROTOCOLS.filter((protocol) => protocol !== '').join(' ')];
  throw newBadRequest(`unable to negotiate protocol: client supports [${supported}], server accepts [${accepted}]`);
}

/** The client's headers are here already, so the handshake is done at once. */
function accept({ request, socket, head }: UpgradingClient, protocol: string): WebSocket {
  const handleProtocols = () => protocol || false;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_SAID,
    perMessageDeflate: false,
    handleProtocols,
  });
  let accepted: WebSocket | undefined;
  server.handleUpgrade(request, socket, head, (opened) => {
    accepted = opened;
  });
  if (accepted === undefined) throw newBadRequest('websocket server failed to complete the handshake');
  return accepted;
}

function writableTo(socket: WebSocket, asText: boolean): Writable {
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (socket.readyState !== socket.OPEN) return done(new Error('connection closed'));
      socket.send(asText ? chunk.toString('base64') : chunk, { binary: !asText }, done);
    },
    final(done) {
      socket.close(NORMAL_CLOSURE);
      done();
    },
  });
  socket.on('error', () => socket.terminate());
  socket.once('close', () => writable.destroy());
  writable.on('error', () => socket.terminate());
  return writable;
}
