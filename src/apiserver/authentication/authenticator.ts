import type { UserInfo } from '../user.ts';
import type { PeerCertificate } from './peer-certificate.ts';

/** What a request shows to prove who makes it. */
export interface Credentials {
  /** The bearer token, without its prefix. */
  readonly token?: string | undefined;
  /** The client's certificate, trusted or not. */
  readonly certificate?: PeerCertificate | undefined;
  /** Values of a header by its lower-case name; a front proxy says in headers for whom it asks. */
  readonly headers?: ((name: string) => readonly string[]) | undefined;
  /** Names of all headers, lower case. */
  readonly headerNames?: (() => readonly string[]) | undefined;
}

export interface AuthenticationResult {
  readonly user: UserInfo;
  readonly audiences?: readonly string[];
}

/** Recognises one kind of credential. Undefined means: not mine. A credential that is mine but wrong is `'invalid'`. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<AuthenticationResult | 'invalid' | undefined>;
}
