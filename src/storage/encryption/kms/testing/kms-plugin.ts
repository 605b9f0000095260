import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grpcFrame } from '#base/grpc.ts';
import { WireFields, writeFields } from '../wire-fields.ts';

/** What a plugin is asked, by name. */
type Method = 'Decrypt' | 'Encrypt' | 'Status';

/** A key management service for tests: AES keys in memory, behind a unix socket. */
export class KmsPlugin {
  readonly #directory = mkdtempSync(join(tmpdir(), 'knarr-kms-'));
  readonly socket = join(this.#directory, 'kms.sock');
  readonly #keys = new Map<string, Buffer>();
  #server: Http2Server | undefined;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Whatever was asked, in order. */
  readonly asked: Method[] = [];
  /** What it says of itself. */
  healthz = 'ok';
  version = 'v2';
  /** The key that it encrypts with. */
  keyId = 'one';
  /** What it says instead of an answer. */
  refusal: { readonly code: number; readonly text: string; readonly only?: Method } | undefined;

  get endpoint(): string {
    return `unix://${this.socket}`;
  }

  start(): Promise<void> {
    const server = createServer();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      void this.#serve(stream, String(headers[':path']));
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => {});
      session.on('close', () => this.#sessions.delete(session));
    });
    this.#server = server;
    return new Promise((resolve) => server.listen(this.socket, resolve));
  }

  /** Ends the process that the plugin stands for; its keys are kept. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  async delete(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true });
  }

  async #serve(stream: ServerHttp2Stream, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const method = path.replace('/v2.KeyManagementService/', '') as Method;
    this.asked.push(method);
    const { only = method, ...refusal } = this.refusal ?? { code: 0, text: '' };
    const { code, text } = only === method ? refusal : { code: 0, text: '' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': String(code), 'grpc-message': encodeURIComponent(text) }),
    );
    stream.end(
      code === 0 ? grpcFrame(this.#answer(method, new WireFields(Buffer.concat(chunks).subarray(5)))) : undefined,
    );
  }

  #answer(method: Method, request: WireFields): Uint8Array {
    switch (method) {
      case 'Status':
        return writeFields({ 1: this.version, 2: this.healthz, 3: this.keyId });
      case 'Encrypt': {
        const nonce = randomBytes(12);
        const cipher = createCipheriv('aes-256-gcm', this.#key(this.keyId), nonce);
        const sealed = Buffer.concat([nonce, cipher.update(request.bytes(1)), cipher.final(), cipher.getAuthTag()]);
        return writeFields({ 1: sealed, 2: this.keyId, 3: { 'made.example.com': Buffer.from('here') } });
      }
      case 'Decrypt': {
        const sealed = request.bytes(1);
        if (Buffer.from(request.map(4)['made.example.com'] ?? []).toString() !== 'here') return writeFields({});
        const decipher = createDecipheriv('aes-256-gcm', this.#key(request.text(3)), sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(sealed.length - 16));
        return writeFields({ 1: Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]) });
      }
    }
  }

  #key(keyId: string): Buffer {
    const key = this.#keys.get(keyId) ?? randomBytes(32);
    this.#keys.set(keyId, key);
    return key;
  }
}
