import { PassThrough, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { AsyncQueue } from '#base/async-queue.ts';
import { framingOf, received, send } from './channel-messages.ts';
import {
  parseWindowSize,
  type RemoteOptions,
  type RemoteStatus,
  type RemoteStreams,
  type WindowSize,
} from './remote-streams.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** v5 only: the rest of the message names a channel that the client has closed. */
const CLOSE = 255;

/** What exec and attach speak over WebSocket, the best first; '' is for clients that name none. */
export const REMOTE_COMMAND_PROTOCOLS = [
  'v5.channel.k8s.io',
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
  const resize = new AsyncQueue<WindowSize>();
  const output = (channel: number) =>
    new Writable({ write: (chunk: Buffer, _, done) => send(socket, framing, [channel, chunk], done) });
  socket.on('message', (data: Buffer) => {
    const { channel, body } = received(data, framing);
    if (channel === STDIN && stdin && !stdin.writableEnded) {
      if (!stdin.write(body)) {
        socket.pause();
        stdin.once('drain', () => socket.resume());
      }
    } else if (channel === RESIZE) {
      const size = parseWindowSize(body.toString('utf8'));
      if (size) resize.push(size);
    } else if (channel === CLOSE && body[0] === STDIN) stdin?.end();
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
    resize,
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
