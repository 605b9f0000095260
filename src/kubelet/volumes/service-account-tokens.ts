import type { TokenRequest } from '#api/authentication/v1/token-request.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import type { ServiceAccountTokenProjection } from '#api/core/v1/volume.ts';
import type { Clock } from '#base/clock.ts';
import type { Client } from '#client/client.ts';
import { parseTime } from '#machinery/objects/time.ts';
import { specOf, uidOf } from '../pod-parts.ts';

interface Held {
  readonly token: string;
  /** When a new one is to be fetched, in milliseconds since the epoch. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

const DEFAULT_SECONDS = 3600;
const DAY_MS = 86_400_000;

/** Tokens of pods' service accounts, each kept until a fifth of its life is left, or for a day. */
export class ServiceAccountTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** A valid token. Rejects with `StatusError` when there is none and none can be had. */
  async token(
    pod: Pod,
    { audience, expirationSeconds = DEFAULT_SECONDS }: ServiceAccountTokenProjection,
  ): Promise<Held> {
    const key = [uidOf(pod), audience ?? '', expirationSeconds].join('\0');
    const held = this.#held.get(key);
    const now = this.#clock.now();
    if (held && now < held.renewAt) return held;
    try {
      const fresh = await this.#request(pod, audience, expirationSeconds);
      this.#held.set(key, fresh);
      return fresh;
    } catch (error) {
      if (held && now < held.expiresAt) return { ...held, renewAt: now + 10_000 };
      throw error;
    }
  }

  forget(podUid: string): void {
    for (const key of this.#held.keys()) if (key.startsWith(`${podUid}\0`)) this.#held.delete(key);
  }

  async #request(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<Held> {
    const { name, namespace = '', uid } = pod.metadata ?? {};
    const request: TokenRequest = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
      },
    };
    const account = specOf(pod).serviceAccountName || 'default';
    const answer = await this.#client
      .of(ServiceAccounts)
      .createSubresource<TokenRequest>(account, 'token', request, { namespace });
    const now = this.#clock.now();
    const expiresAt = parseTime(answer.status?.expirationTimestamp ?? '');
    const life = Math.min((expiresAt - now) * 0.8, DAY_MS);
    return { token: answer.status?.token ?? '', expiresAt, renewAt: now + life };
  }
}
