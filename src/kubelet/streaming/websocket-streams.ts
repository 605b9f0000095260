import { PassThrough, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { AsyncQueue } from '#base/async-queue.ts';
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

/** What exec and attach speak over WebSocket, the best first. */
export const REMOTE_COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** Splits a WebSocket into channels: the first byte of each message says which. */
export function webSocketStreams(socket: WebSocket, options: RemoteOptions): RemoteStreams {
  const gone = new AbortController();
  const stdin = options.stdin ? new PassThrough() : undefined;
  const resize = new AsyncQueue<WindowSize>();
  const output = (channel: number) =>
    new Writable({ write: (chunk: Buffer, _, done) => send(socket, channel, chunk, done) });
  socket.on('message', (data: Buffer) => {
    const [channel] = data;
    const body = data.subarray(1);
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
  send(socket, options.stdout ? STDOUT : options.stderr ? STDERR : ERROR, Buffer.alloc(0));
  return {
    ...(stdin ? { stdin } : {}),
    ...(options.stdout ? { stdout: output(STDOUT) } : {}),
    ...(options.stderr ? { stderr: output(STDERR) } : {}),
    resize,
    signal: gone.signal,
    async finish(status: RemoteStatus) {
      await new Promise<void>((resolve) => send(socket, ERROR, Buffer.from(JSON.stringify(status)), () => resolve()));
      socket.close(1000);
    },
  };
}

function send(socket: WebSocket, channel: number, data: Buffer, done: (error?: Error | null) => void = () => {}): void {
  if (socket.readyState !== socket.OPEN) {
    done(new Error('connection closed'));
    return;
  }
  socket.send(Buffer.concat([Buffer.from([channel]), data]), { binary: true }, done);
}
