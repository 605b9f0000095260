import type { Duplex } from 'node:stream';
import type { RemoteOptions, RemoteStatus, RemoteStreams, WindowSize } from './remote-streams.ts';
import { SpdySession } from './spdy/spdy-session.ts';
import type { SpdyStream } from './spdy/spdy-stream.ts';
import { WindowSizes } from './window-sizes.ts';

/** What exec and attach speak over SPDY. */
export const SPDY_REMOTE_COMMAND_PROTOCOLS = ['v4.channel.k8s.io'] as const;

const CREATION_TIMEOUT_MS = 30_000;

/** Waits until the client has opened the streams it announced; each says in a header which it is. */
export async function spdyStreams(socket: Duplex, options: RemoteOptions): Promise<RemoteStreams> {
  const wanted = new Set<string>(['error']);
  for (const name of ['stdin', 'stdout', 'stderr'] as const) if (options[name]) wanted.add(name);
  if (options.tty) wanted.add('resize');
  const streams = new Map<string, SpdyStream>();
  const gone = new AbortController();
  const { session, complete } = await collect(socket, streams, wanted);
  void session.closed.then(() => gone.abort());
  await complete;
  const stdin = streams.get('stdin');
  const stdout = streams.get('stdout');
  const stderr = streams.get('stderr');
  return {
    ...(stdin ? { stdin } : {}),
    ...(stdout ? { stdout } : {}),
    ...(stderr ? { stderr } : {}),
    resize: readSizes(streams.get('resize')),
    signal: gone.signal,
    async finish(status: RemoteStatus) {
      const error = streams.get('error');
      await new Promise<void>((resolve) => {
        if (!error || error.destroyed) return resolve();
        error.once('close', resolve);
        error.end(JSON.stringify(status), resolve);
      });
      // Not before: clients take the end of our half of standard input for the end of the command.
      for (const stream of streams.values()) if (!stream.writableEnded) stream.end();
      session.close();
    },
  };
}

async function collect(socket: Duplex, streams: Map<string, SpdyStream>, wanted: ReadonlySet<string>) {
  let done!: () => void;
  let fail!: (error: Error) => void;
  const complete = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const timer = setTimeout(
    () => fail(new Error('timed out waiting for client to create streams')),
    CREATION_TIMEOUT_MS,
  );
  const session = new SpdySession(socket, {
    onStream: (stream) => {
      streams.set(stream.headers['streamtype'] ?? '', stream);
      if ([...wanted].every((name) => streams.has(name))) done();
    },
  });
  void session.closed.then(() => fail(new Error('connection closed before its streams were created')));
  complete.catch(() => {}).finally(() => clearTimeout(timer));
  return { session, complete };
}

function readSizes(stream: SpdyStream | undefined): AsyncIterable<WindowSize> {
  const reader = new WindowSizes();
  if (stream === undefined) reader.end();
  stream?.on('data', (chunk: Buffer) => reader.read(chunk.toString('utf8')));
  stream?.once('close', () => reader.end());
  stream?.once('end', () => reader.end());
  return reader.sizes;
}
