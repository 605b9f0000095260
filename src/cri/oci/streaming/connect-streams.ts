import type { Readable, Writable } from 'node:stream';
import type { StreamOptions } from '../../runtime.ts';

/** A process's own ends of its standard streams. */
export interface ProcessStreams {
  readonly stdin?: Writable | null | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * Joins a caller's streams with a process's. The caller's writable streams are not ended: their owner does that. Output
 * that nobody asked for is thrown away. Returns a function that lets go of the caller's input.
 */
export function connectStreams(own: ProcessStreams, caller: StreamOptions): () => void {
  forward(own.stdout, caller.stdout);
  forward(own.stderr, caller.stderr ?? (caller.tty ? caller.stdout : undefined));
  const { stdin } = caller;
  if (!own.stdin || stdin === undefined) return () => {};
  const target = own.stdin;
  target.on('error', () => {});
  const end = () => target.end();
  stdin.once('error', end);
  stdin.pipe(target);
  return () => {
    stdin.unpipe(target);
    stdin.off('error', end);
  };
}

function forward(from: Readable, to: Writable | undefined): void {
  if (to === undefined) return void from.resume();
  from.pipe(to, { end: false });
  // Whoever has gone takes no more, and does not hold up what is still said: else it would never end.
  const drop = () => {
    from.unpipe(to);
    from.resume();
  };
  to.once('error', drop).once('close', drop);
}

/** Resolves when all that was written has been taken by the stream's owner, or never will be. */
export function drained(stream: Writable | undefined): Promise<void> {
  if (stream === undefined || stream.writableLength === 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => resolve();
    stream.once('drain', done);
    stream.once('close', done);
    stream.once('error', done);
    // Below the high-water mark there is no drain event; a callback comes after what is queued.
    stream.write('', done);
  });
}
