import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Clock } from '#base/clock.ts';
import { CREDENTIAL_ID, serviceAccountUser } from '../user.ts';
import type { AuthenticationResult, Authenticator } from './authenticator.ts';
import type { KubernetesClaim, ServiceAccountIssuer } from './service-account-issuer.ts';

/** Looks up what a token is bound to: the uid of the live object, or undefined when it is gone. */
export type LiveUid = (
  kind: 'ServiceAccount' | 'Pod' | 'Secret' | 'Node',
  namespace: string,
  name: string,
) => string | undefined;

export interface ServiceAccountTokenOptions {
  readonly issuer: ServiceAccountIssuer;
  /** Audiences of which a token must have one. */
  readonly audiences: readonly string[];
  readonly liveUid: LiveUid;
  readonly clock: Clock;
}

/** Accepts the tokens of the service-account issuer while what they are bound to exists. */
export class ServiceAccountTokenAuthenticator implements Authenticator {
  readonly #options: ServiceAccountTokenOptions;
  /** Verified signatures: the same token comes with every request of a client. Bounded by restarting it. */
  #verified = new Map<
    string,
    {
      readonly claims: KubernetesClaim;
      readonly audiences: readonly string[];
      readonly expires: number;
      readonly id: string;
    }
  >();

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
  }

  authenticate({
    token,
  }: {
    readonly token?: string | undefined;
  }): Promise<AuthenticationResult | 'invalid' | undefined> {
    return token === undefined ? Promise.resolve(undefined) : this.verify(token, this.#options.audiences);
  }

  /** Same, for the audiences a TokenReview asks about. */
  async verify(token: string, audiences: readonly string[]): Promise<AuthenticationResult | 'invalid' | undefined> {
    if (!this.#isOurs(token)) return undefined;
    const verified = this.#verified.get(token) ?? (await this.#check(token));
    if (verified === undefined || verified.expires * 1000 <= this.#options.clock.now()) return 'invalid';
    const common = verified.audiences.filter((audience) => audiences.includes(audience));
    if (common.length === 0 || !this.#isLive(verified.claims)) return 'invalid';
    const { namespace, serviceaccount } = verified.claims;
    const user = serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid, extraOf(verified));
    return { user, audiences: common };
  }

  #isOurs(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#options.issuer.issuer;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
      throw error;
    }
  }

  async #check(token: string) {
    const { issuer, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, issuer.publicKey, {
        issuer: issuer.issuer,
        currentDate: new Date(clock.now()),
      });
      const audiences = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
      const claims = payload['kubernetes.io'] as KubernetesClaim;
      const verified = { claims, audiences, expires: payload.exp ?? 0, id: payload.jti ?? '' };
      if (this.#verified.size >= 10_000) this.#verified.clear();
      this.#verified.set(token, verified);
      return verified;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #isLive({ namespace, serviceaccount, pod, secret, node }: KubernetesClaim): boolean {
    const { liveUid } = this.#options;
    if (liveUid('ServiceAccount', namespace, serviceaccount.name) !== serviceaccount.uid) return false;
    if (pod && liveUid('Pod', namespace, pod.name) !== pod.uid) return false;
    if (secret && liveUid('Secret', namespace, secret.name) !== secret.uid) return false;
    // A pod's token names its node for information only; a token bound to a node itself dies with it.
    return pod !== undefined || node === undefined || liveUid('Node', '', node.name) === node.uid;
  }
}

function extraOf({ claims, id }: { readonly claims: KubernetesClaim; readonly id: string }) {
  const extra: Record<string, readonly string[]> = {};
  if (id) extra[CREDENTIAL_ID] = [`JTI=${id}`];
  if (claims.pod) {
    extra['authentication.kubernetes.io/pod-name'] = [claims.pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [claims.pod.uid];
  }
  if (claims.node) {
    extra['authentication.kubernetes.io/node-name'] = [claims.node.name];
    extra['authentication.kubernetes.io/node-uid'] = [claims.node.uid];
  }
  return extra;
}
