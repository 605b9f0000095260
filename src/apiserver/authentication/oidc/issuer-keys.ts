import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '#base/clock.ts';
import { JsonRequestError, requestJson } from '../json-request.ts';

export interface IssuerKeysOptions {
  readonly issuerUrl: string;
  /** Where the discovery document is, when not below the issuer's URL. */
  readonly discoveryUrl?: string | undefined;
  /** PEM of the authorities that sign the issuer's certificate. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
}

interface Discovery {
  readonly issuer?: string;
  readonly jwks_uri?: string;
}

/** Keys are asked for again at most this often, however many tokens name unknown ones. */
const MIN_REFRESH_MS = 1000;

/** The keys of an issuer, found by its discovery document and kept; a key that is not among them makes them be fetched anew. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #jwksUri: string | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** For `jwtVerify`. */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    const known = await this.#current();
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayRefresh()) throw error;
      return (await this.#refresh())(header, token);
    }
  };

  /** Fetches the keys again unless that was just done; answers whether it did. */
  async refresh(): Promise<boolean> {
    if (!this.#mayRefresh()) return false;
    await this.#refresh();
    return true;
  }

  #mayRefresh(): boolean {
    return this.#options.clock.monotonic() - this.#fetchedAt >= MIN_REFRESH_MS;
  }

  #current(): Promise<JWTVerifyGetKey> {
    return this.#keys ?? this.#refresh();
  }

  #refresh(): Promise<JWTVerifyGetKey> {
    this.#fetchedAt = this.#options.clock.monotonic();
    const fetched = this.#fetch();
    const before = this.#keys;
    this.#keys = fetched;
    // The keys known before stay good when the issuer cannot be reached.
    fetched.catch(() => {
      if (this.#keys === fetched) this.#keys = before;
    });
    return fetched;
  }

  async #fetch(): Promise<JWTVerifyGetKey> {
    const access = { ca: this.#options.ca };
    this.#jwksUri ??= await this.#discover();
    return createLocalJWKSet((await requestJson(this.#jwksUri, { access })) as JSONWebKeySet);
  }

  async #discover(): Promise<string> {
    const { issuerUrl, discoveryUrl, ca } = this.#options;
    const url = discoveryUrl ?? `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer, jwks_uri: uri } = (await requestJson(url, { access: { ca } })) as Discovery;
    if (issuer !== issuerUrl) {
      throw new JsonRequestError(
        `oidc: issuer URL provided to client (${JSON.stringify(issuerUrl)}) did not match the issuer URL returned by provider (${JSON.stringify(issuer ?? '')})`,
      );
    }
    if (!uri) throw new JsonRequestError(`read ${url}: no jwks_uri`);
    return uri;
  }
}
