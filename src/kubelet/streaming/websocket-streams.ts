import { PassThrough, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { framingOf, received, send } from './channel-messages.ts';
import type { RemoteOptions, RemoteStatus, RemoteStreams } from './remote-streams.ts';
import { WindowSizes } from './window-sizes.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** Of one protocol only: the rest of the message names a channel that the client has closed. */
const CLOSE = 255;
const CLOSING_PROTOCOL = 'v5.channel.k8s.io';

/** What exec and attach speak over WebSocket, the best first; '' is for clients that name none. */
export const REMOTE_COMMAND_PROTOCOLS = [
  CLOSING_PROTOCOL,
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
] as const;

/** Splits a WebSocket into channels, as the protocol that was chosen does. */
export function webSocketStreams(socket: WebSocket, protocol: string, options: RemoteOptions): RemoteStreams {
  const framing = framingOf(protocol);
  const gone = new AbortController();
  const stdin = options.stdin ? new PassThrough() : undefined;
  const resize = new WindowSizes();
  const mayClose = protocol === CLOSING_PROTOCOL;
  const output = (channel: number) => {
    const writable = new Writable({
      write: (chunk: Buffer, _, done) => send(socket, framing, [channel, chunk], done),
    });
    // Who writes is told by the signal that nobody reads any more.
    return writable.on('error', () => {});
  };
  socket.on('message', (data: Buffer) => {
    if (mayClose && data[0] === CLOSE) {
      const [, closed = RESIZE + 1] = data;
      // Whoever speaks of channels that there are none of is not spoken with.
      if (data.length !== 2 || closed > RESIZE) return socket.close();
      if (closed === STDIN) stdin?.end();
      if (closed === RESIZE) resize.end();
      return;
    }
    const { channel, body } = received(data, framing);
    if (channel === STDIN && stdin && !stdin.writableEnded) {
      if (!stdin.write(body)) {
        socket.pause();
        stdin.once('drain', () => socket.resume());
      }
    } else if (channel === RESIZE) {
      resize.read(body.toString('utf8'));
    }
  });
  socket.once('close', () => {
    stdin?.end();
    resize.end();
    gone.abort();
  });
  socket.on('error', () => socket.terminate());
  // An empty message tells the client that the streams are there.
  send(socket, framing, [options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, Buffer.alloc(0)]);
  return {
    ...(stdin ? { stdin } : {}),
    ...(options.stdout ? { stdout: output(STDOUT) } : {}),
    ...(options.stderr ? { stderr: output(STDERR) } : {}),
    resize: resize.sizes,
    signal: gone.signal,
    async finish(status: RemoteStatus) {
      const text = framing.tellsStatus ? JSON.stringify(status) : failureOf(status);
      if (text !== '')
        await new Promise<void>((resolve) => send(socket, framing, [ERROR, Buffer.from(text)], () => resolve()));
      socket.close(1000);
    },
  };
}

const failureOf = (status: RemoteStatus): string =>
  'message' in status && status.status !== 'Success' ? (status.message ?? '') : '';
