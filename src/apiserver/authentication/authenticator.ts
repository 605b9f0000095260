import type { UserInfo } from '../user.ts';

/** What a request shows to prove who makes it. */
export interface Credentials {
  /** The bearer token, without its prefix. */
  readonly token?: string | undefined;
  /** Subject of a client certificate that the server's client CA has verified. */
  readonly certificate?: { readonly commonName: string; readonly organizations: readonly string[] } | undefined;
}

export interface AuthenticationResult {
  readonly user: UserInfo;
  readonly audiences?: readonly string[];
}

/** Recognises one kind of credential. Undefined means: not mine. A token that is mine but wrong is `'invalid'`. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<AuthenticationResult | 'invalid' | undefined>;
}
