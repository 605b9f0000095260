import { type WebSocket, WebSocketServer } from 'ws';
import { isBearerProtocol } from '../authentication/bearer-token.ts';
import type { RequestContext, UpgradingClient } from '../filters/request-context.ts';
import type { ResourceRequest } from '../request.ts';
import { streamWatch, type WatchParts, type WatchSink } from './stream-watch.ts';

/**
 * Makes no sockets of its own; watchers have nothing to say, so that what they send is small. Events are the same whatever
 * protocol a client names, but browsers break off unless what they name is agreed to.
 */
const server = new WebSocketServer({
  noServer: true,
  maxPayload: 1024,
  perMessageDeflate: false,
  handleProtocols: (offered) => [...offered].find((protocol) => !isBearerProtocol(protocol)) ?? false,
});
/** A client with this much unsent is slow. */
const HIGH_WATER = 1024 * 1024;
const NORMAL_CLOSURE = 1000;

/** Streams a watch over a WebSocket, a message for each event; resolves when it is over. Browsers watch this way. */
export function answerWatchSocket(
  context: RequestContext,
  client: UpgradingClient,
  request: ResourceRequest,
  parts: WatchParts,
): Promise<void> {
  return streamWatch(context, request, parts, (contentType) => {
    const socket = accept(client);
    context.started(101);
    return socketSink(socket, contentType.includes('json'), (bytes) => {
      context.bytes += bytes;
    });
  });
}

/** The client's headers are here already, so the handshake is done at once. */
function accept({ request, socket, head }: UpgradingClient): WebSocket | undefined {
  let accepted: WebSocket | undefined;
  server.handleUpgrade(request, socket, head, (opened) => {
    accepted = opened;
  });
  return accepted;
}

function socketSink(socket: WebSocket | undefined, isText: boolean, sent: (bytes: number) => void): WatchSink {
  let drained: (() => void) | undefined;
  socket?.on('error', () => socket.terminate());
  const afterSend = () => {
    if (socket && socket.bufferedAmount < HIGH_WATER) drained?.();
  };
  return {
    write(frames) {
      if (socket === undefined) return true;
      for (const frame of frames) {
        sent(frame.length);
        socket.send(frame, { binary: !isText }, afterSend);
      }
      return socket.bufferedAmount < HIGH_WATER;
    },
    onDrain(callback) {
      drained = callback;
    },
    end: () => socket?.close(NORMAL_CLOSURE),
  };
}
