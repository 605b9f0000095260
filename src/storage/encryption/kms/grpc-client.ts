import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { GrpcError, grpcAnswer, grpcFrame } from '#base/grpc.ts';

/** Where a service answers, and how long it may take. */
export interface GrpcOptions {
  /** The path of a unix socket; with `@` in front the name of an abstract one. */
  readonly socket: string;
  readonly timeoutMs: number;
}

const MAX_ANSWER = 4 * 1024 * 1024;
/** How long until a service that does not answer is looked for again. */
const RETRY_MS = 100;

/** Calls one service over a unix socket: one message there, one back. A service that is not there yet is waited for. */
export class GrpcClient {
  readonly #options: GrpcOptions;
  #session: ClientHttp2Session | undefined;
  #isClosed = false;

  constructor(options: GrpcOptions) {
    this.#options = options;
  }

  /** `method` is a path like `/v2.KeyManagementService/Status`. Rejects with a `GrpcError`. */
  async call(method: string, message: Uint8Array): Promise<Uint8Array> {
    const expired = AbortSignal.timeout(this.#options.timeoutMs);
    for (;;) {
      try {
        return await this.#attempt(method, message, expired);
      } catch (error) {
        if (error instanceof GrpcError) throw error;
        if (expired.aborted) throw new GrpcError('DeadlineExceeded', 'context deadline exceeded');
        if (this.#isClosed) throw new GrpcError('Canceled', 'grpc: the client connection is closing');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#session?.close();
  }

  #open(): ClientHttp2Session {
    const { socket } = this.#options;
    const path = socket.startsWith('@') ? `\0${socket.slice(1)}` : socket;
    const session = connectHttp2('http://localhost', { createConnection: () => connectSocket(path) });
    const drop = () => {
      if (this.#session === session) this.#session = undefined;
    };
    // Calls under way are told by themselves.
    session.on('error', drop);
    session.on('goaway', drop);
    session.on('close', drop);
    session.unref();
    return session;
  }

  /** Rejects with a `GrpcError` for what the service answered, and otherwise for what can be tried again. */
  #attempt(method: string, message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    this.#session ??= this.#open();
    const session = this.#session;
    return new Promise((resolve, reject) => {
      const stream = session.request(
        { ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' },
        { signal },
      );
      const chunks: Buffer[] = [];
      let answer: Record<string, unknown> = {};
      let size = 0;
      stream.on('response', (headers) => (answer = { ...headers }));
      stream.on('trailers', (trailers) => (answer = { ...answer, ...trailers }));
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER) stream.destroy(new GrpcError('ResourceExhausted', 'message larger than max'));
        else chunks.push(chunk);
      });
      stream.on('error', reject);
      session.once('error', reject);
      stream.on('close', () => {
        session.off('error', reject);
        const outcome = grpcAnswer(answer, Buffer.concat(chunks)) ?? new Error('no answer');
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
      stream.end(grpcFrame(message));
    });
  }
}
