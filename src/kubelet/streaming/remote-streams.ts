import type { Readable, Writable } from 'node:stream';
import type { Status } from '#machinery/errors/status-error.ts';

/** What a client of exec or attach asks for. */
export interface RemoteOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

/** The streams of an exec or attach, whatever protocol carries them. */
export interface RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly resize: AsyncIterable<WindowSize>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Tells how it ended, then closes everything. */
  finish(status: RemoteStatus): Promise<void>;
}

/** The result as clients read it from the error stream. */
export type RemoteStatus = { readonly status: 'Success'; readonly metadata: Record<string, never> } | Status;

export const SUCCESS: RemoteStatus = { metadata: {}, status: 'Success' };

/** Reads which streams a request asks for, by the kubelet's own names or by the API server's. */
export function remoteOptions(query: URLSearchParams): RemoteOptions {
  const asks = (...names: string[]) => names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''));
  const tty = asks('tty');
  return {
    stdin: asks('input', 'stdin'),
    stdout: asks('output', 'stdout'),
    // A terminal has one output.
    stderr: asks('error', 'stderr') && !tty,
    tty,
  };
}
