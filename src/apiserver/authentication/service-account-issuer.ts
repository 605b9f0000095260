import { type CryptoKey, exportJWK, type JWK, SignJWT } from 'jose';
import type { Clock } from '#base/clock.ts';

/** The issuer of tokens that a server has unless told otherwise. */
export const DEFAULT_ISSUER_URL = 'https://kubernetes.default.svc.cluster.local';

/** Said of a token that somebody else has signed. */
export const BAD_SIGNATURE = 'go-jose/go-jose: error in cryptographic primitive';

/** A key pair of the service-account issuer; keys are as `node:crypto` or WebCrypto give them. */
export interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly algorithm: 'ES256' | 'RS256';
}

/** What a token is bound to besides its service account. */
export interface BoundObject {
  readonly kind: 'Pod' | 'Secret' | 'Node';
  readonly name: string;
  readonly uid: string;
}

export interface TokenSpecification {
  readonly namespace: string;
  readonly serviceAccount: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly bound?: BoundObject | undefined;
  /** The node of a bound pod, for which the token carries the node's name too, and its uid if there is such a node. */
  readonly node?: { readonly name: string; readonly uid?: string } | undefined;
  /** Seconds after which the use of a token that lives longer than was asked for counts as stale. */
  readonly warnAfterSeconds?: number | undefined;
}

/** The private claim of service-account tokens. */
export interface KubernetesClaim {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly secret?: { readonly name: string; readonly uid: string };
  /** Without a uid where a pod named a node that was not there. */
  readonly node?: { readonly name: string; readonly uid?: string };
  /** Seconds since the epoch after which use of an extended token is counted as stale. */
  readonly warnafter?: number;
}

/** What a token that lies in a secret says. */
export interface SecretTokenSpecification {
  readonly namespace: string;
  /** Name of the secret. */
  readonly secret: string;
  readonly account: { readonly name: string; readonly uid: string };
}

/** Issuer and claims of the tokens in secrets, as they were before tokens had audiences and ends. */
export const SECRET_TOKEN_ISSUER = 'kubernetes/serviceaccount';
export const SECRET_TOKEN_CLAIM = 'kubernetes.io/serviceaccount/';

/** Signs service-account tokens and publishes the key they verify with. */
export class ServiceAccountIssuer {
  readonly issuer: string;
  readonly publicKey: CryptoKey;
  /** The only one that its tokens are signed with. */
  readonly algorithm: string;
  readonly #key: IssuerKey;
  readonly #clock: Clock;
  #jwk: Promise<JWK> | undefined;

  constructor(key: IssuerKey, options: { readonly issuer: string; readonly clock: Clock }) {
    this.#key = key;
    this.publicKey = key.publicKey;
    this.algorithm = key.algorithm;
    this.issuer = options.issuer;
    this.#clock = options.clock;
  }

  /** A signed token, and the id it has in itself. */
  async sign(specification: TokenSpecification): Promise<{ readonly token: string; readonly id: string }> {
    const { namespace, serviceAccount, bound, node } = specification;
    const now = Math.floor(this.#clock.now() / 1000);
    const expiration = now + specification.expirationSeconds;
    const reference = bound && { name: bound.name, uid: bound.uid };
    const claim: KubernetesClaim = {
      namespace,
      ...(node ? { node } : {}),
      ...(bound?.kind === 'Pod' ? { pod: reference } : {}),
      ...(bound?.kind === 'Secret' ? { secret: reference } : {}),
      ...(bound?.kind === 'Node' ? { node: reference } : {}),
      serviceaccount: serviceAccount,
      ...(specification.warnAfterSeconds ? { warnafter: now + specification.warnAfterSeconds } : {}),
    } as KubernetesClaim;
    const id = crypto.randomUUID();
    const token = await new SignJWT({ 'kubernetes.io': claim })
      .setProtectedHeader({ alg: this.#key.algorithm, kid: (await this.jwk()).kid as string })
      .setIssuer(this.issuer)
      .setSubject(`system:serviceaccount:${namespace}:${serviceAccount.name}`)
      .setAudience([...specification.audiences])
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(expiration)
      .setJti(id)
      .sign(this.#key.privateKey);
    return { token, id };
  }

  /** A signed token to be kept in a secret; it has no end. */
  async signForSecret({ namespace, secret, account }: SecretTokenSpecification): Promise<string> {
    const claims = {
      [`${SECRET_TOKEN_CLAIM}namespace`]: namespace,
      [`${SECRET_TOKEN_CLAIM}secret.name`]: secret,
      [`${SECRET_TOKEN_CLAIM}service-account.name`]: account.name,
      [`${SECRET_TOKEN_CLAIM}service-account.uid`]: account.uid,
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: this.#key.algorithm, kid: (await this.jwk()).kid as string })
      .setIssuer(SECRET_TOKEN_ISSUER)
      .setSubject(`system:serviceaccount:${namespace}:${account.name}`)
      .sign(this.#key.privateKey);
  }

  /** The public key in JWK form, as `/openid/v1/jwks` shows it. */
  jwk(): Promise<JWK> {
    this.#jwk ??= (async () => {
      const jwk = await exportJWK(this.publicKey);
      return { ...jwk, use: 'sig', alg: this.#key.algorithm, kid: await keyId(this.publicKey) };
    })();
    return this.#jwk;
  }
}

/** Upstream's key id: the SHA-256 of the public key's DER form. */
async function keyId(publicKey: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('spki', publicKey);
  return Buffer.from(await crypto.subtle.digest('SHA-256', der)).toString('base64url');
}
