import { GrpcClient, type GrpcOptions } from './grpc-client.ts';
import type { KmsMetrics } from './kms-metrics.ts';
import { type BytesMap, WireFields, writeFields } from './wire-fields.ts';

/** What a plugin says of itself. */
export interface KmsStatus {
  readonly version: string;
  readonly healthz: string;
  /** The key that it encrypts with now. */
  readonly keyId: string;
}

export interface KmsEncrypted {
  readonly ciphertext: Uint8Array;
  readonly keyId: string;
  readonly annotations: BytesMap;
}

export interface KmsServiceOptions extends GrpcOptions {
  /** What metrics call it. */
  readonly name: string;
  readonly metrics: KmsMetrics;
}

/** The `v2.KeyManagementService` of a plugin, over gRPC. Calls reject with a `GrpcError`. */
export class KmsService {
  readonly #client: GrpcClient;
  readonly #options: KmsServiceOptions;

  constructor(options: KmsServiceOptions) {
    this.#options = options;
    this.#client = new GrpcClient(options);
  }

  async status(): Promise<KmsStatus> {
    const fields = await this.#call('Status', {});
    return { version: fields.text(1), healthz: fields.text(2), keyId: fields.text(3) };
  }

  /** `uid` is for the logs of both sides. */
  async encrypt(uid: string, plaintext: Uint8Array): Promise<KmsEncrypted> {
    const fields = await this.#call('Encrypt', { 1: plaintext, 2: uid });
    return { ciphertext: fields.bytes(1), keyId: fields.text(2), annotations: fields.map(3) };
  }

  async decrypt(uid: string, { ciphertext, keyId, annotations }: KmsEncrypted): Promise<Uint8Array> {
    const fields = await this.#call('Decrypt', { 1: ciphertext, 2: uid, 3: keyId, 4: annotations });
    return fields.bytes(1);
  }

  close(): void {
    this.#client.close();
  }

  async #call(method: string, fields: Parameters<typeof writeFields>[0]): Promise<WireFields> {
    const { name, metrics } = this.#options;
    const path = `/v2.KeyManagementService/${method}`;
    return new WireFields(await metrics.calling(name, path, () => this.#client.call(path, writeFields(fields))));
  }
}
