import { decodeJwt, errors, jwtVerify } from 'jose';
import type { Clock } from '#base/clock.ts';
import { type MaybePromise, whenThere } from '#base/maybe-promise.ts';
import { CREDENTIAL_ID, serviceAccountUser, type UserInfo } from '../user.ts';
import type { AuthenticationOutcome, AuthenticationResult, TokenAuthenticator } from './authenticator.ts';
import type { FindObject } from './find-object.ts';
import { quoteList } from './quote-list.ts';
import { BAD_SIGNATURE, type KubernetesClaim, type ServiceAccountIssuer } from './service-account-issuer.ts';
import type { TokenMetrics } from './token-metrics.ts';

export interface ServiceAccountTokenOptions {
  readonly issuer: ServiceAccountIssuer;
  /** Taken for the audience of tokens that name none. */
  readonly audiences: readonly string[];
  readonly find: FindObject;
  readonly clock: Clock;
  readonly metrics: TokenMetrics;
}

/** What a token with a good signature says. */
interface VerifiedToken {
  readonly claim: KubernetesClaim;
  /** The same object with every request: what is known of it is found again. */
  readonly user: UserInfo;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly notBefore: number;
}

/** Clocks may be apart by this much, and what was deleted within it still counts. */
const LEEWAY_MS = 60_000;
const MAX_KNOWN = 10_000;
const STALE = 'authentication.k8s.io/stale-token';
const INVALIDATED = 'service account token has been invalidated';

/** Accepts the tokens of the service-account issuer while what they are bound to exists. */
export class ServiceAccountTokenAuthenticator implements TokenAuthenticator {
  readonly #options: ServiceAccountTokenOptions;
  /** The same token comes with every request of a client: signatures are checked once. Bounded by forgetting all. */
  readonly #verified = new Map<string, VerifiedToken>();

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
  }

  authenticateToken(token: string, audiences: readonly string[]): MaybePromise<AuthenticationOutcome> {
    const known = this.#verified.get(token);
    if (known === undefined && !this.#isOurs(token)) return undefined;
    return whenThere(known ?? this.#verify(token), (verified) => this.#judge(verified, audiences));
  }

  #judge(verified: VerifiedToken | undefined, audiences: readonly string[]): AuthenticationOutcome {
    if (verified === undefined) return { error: BAD_SIGNATURE };
    const common = verified.audiences.filter((audience) => audiences.includes(audience));
    if (common.length === 0) {
      return {
        error: `token audiences ${quoteList(verified.audiences)} is invalid for the target audiences ${quoteList(audiences)}`,
      };
    }
    const error = this.#timeError(verified) ?? this.#liveError(verified.claim);
    if (error !== undefined) return { error };
    this.#options.metrics.valid.inc();
    return { user: verified.user, audiences: common, ...this.#staleness(verified) };
  }

  #isOurs(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#options.issuer.issuer;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
      throw error;
    }
  }

  /** Checks the signature only: whether the token's time has come is asked anew each time. */
  async #verify(token: string): Promise<VerifiedToken | undefined> {
    const { issuer, audiences } = this.#options;
    try {
      const unsafe = decodeJwt(token);
      const currentDate = new Date((unsafe.nbf ?? unsafe.iat ?? 0) * 1000);
      const expected = { issuer: issuer.issuer, algorithms: [issuer.algorithm], currentDate };
      const { payload } = await jwtVerify(token, issuer.publicKey, expected);
      const named = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
      const claim = payload['kubernetes.io'] as KubernetesClaim;
      const id = payload.jti ?? '';
      const verified: VerifiedToken = {
        claim,
        user: userOf(claim, id),
        audiences: named.length > 0 ? named : audiences,
        expires: payload.exp ?? 0,
        notBefore: payload.nbf ?? 0,
      };
      if (this.#verified.size >= MAX_KNOWN) this.#verified.clear();
      this.#verified.set(token, verified);
      return verified;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** A token of a pod lives longer than was asked, for clients that read it once: the log tells who they are. */
  #staleness({ claim, user }: VerifiedToken): Pick<AuthenticationResult, 'annotations'> {
    const seconds = Math.floor(this.#options.clock.now() / 1000) - (claim.warnafter ?? Number.POSITIVE_INFINITY);
    if (seconds <= 0) return {};
    this.#options.metrics.stale.inc();
    return { annotations: { [STALE]: `subject: ${user.name}, seconds after warning threshold: ${seconds}` } };
  }

  #timeError({ expires, notBefore }: VerifiedToken): string | undefined {
    const now = this.#options.clock.now();
    if (expires * 1000 + LEEWAY_MS <= now) return 'service account token has expired';
    if (notBefore * 1000 - LEEWAY_MS > now) return 'service account token is not valid yet';
    return undefined;
  }

  #liveError({ namespace, serviceaccount, pod, secret, node }: KubernetesClaim): string | undefined {
    const account = this.#find('ServiceAccount', namespace, serviceaccount.name);
    if (account === 'gone') return `serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`;
    if (account === 'deleted') return `service account ${namespace}/${serviceaccount.name} has been deleted`;
    if (account !== serviceaccount.uid) {
      return `service account UID (${account}) does not match claim (${serviceaccount.uid})`;
    }
    if (secret) return this.#boundError('Secret', namespace, secret);
    if (pod) return this.#boundError('Pod', namespace, pod);
    // A pod's token names its node for information only; a token bound to a node itself dies with it.
    return node && this.#boundError('Node', '', node);
  }

  #boundError(
    kind: keyof typeof BOUND,
    namespace: string,
    claim: { readonly name: string; readonly uid?: string },
  ): string | undefined {
    const uid = this.#find(kind, namespace, claim.name);
    if (uid === 'gone' || uid === 'deleted') return INVALIDATED;
    return uid === claim.uid
      ? undefined
      : `${BOUND[kind].uid} UID (${uid}) does not match service account ${BOUND[kind].claim} ref claim (${claim.uid ?? ''})`;
  }

  /** The uid of an object that is there and was not deleted too long ago. */
  #find(kind: Parameters<FindObject>[0], namespace: string, name: string): string {
    const metadata = this.#options.find(kind, namespace, name)?.metadata;
    if (metadata === undefined) return 'gone';
    const { deletionTimestamp, uid = '' } = metadata;
    const isDeleted = deletionTimestamp && Date.parse(deletionTimestamp) < this.#options.clock.now() - LEEWAY_MS;
    return isDeleted ? 'deleted' : uid;
  }
}

const BOUND = {
  Pod: { uid: 'pod', claim: 'pod' },
  Secret: { uid: 'secret', claim: 'secret' },
  Node: { uid: 'node', claim: 'node' },
} as const;

function userOf({ namespace, serviceaccount, pod, node }: KubernetesClaim, id: string): UserInfo {
  const extra: Record<string, readonly string[]> = {};
  if (id) extra[CREDENTIAL_ID] = [`JTI=${id}`];
  for (const [kind, reference] of [['node', node] as const, ['pod', pod] as const]) {
    if (reference === undefined) continue;
    extra[`authentication.kubernetes.io/${kind}-name`] = [reference.name];
    if (reference.uid) extra[`authentication.kubernetes.io/${kind}-uid`] = [reference.uid];
  }
  return serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid, extra);
}
