import type { UserInfo } from '../user.ts';
import type { AuthenticationResult, Credentials } from './authenticator.ts';
import type { PeerCertificate } from './peer-certificate.ts';

/** The parts of an HTTP request that say who makes it. */
export interface IncomingRequest {
  /** Without the query. */
  readonly path: string;
  /** By lower-case name; the first value of each. */
  header(name: string): string;
  /** Names and values in turn as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly certificate: PeerCertificate | undefined;
}

/** Who makes a request. Rejects with a 401, or a 403 for an impersonation that is not allowed. */
export type RequestAuthenticator = (request: IncomingRequest) => Promise<UserInfo>;

/** Reads a request's credentials and asks `authenticate` whose they are. */
export const createRequestAuthenticator =
  (authenticate: (credentials: Credentials) => Promise<AuthenticationResult>): RequestAuthenticator =>
  async (request) => {
    const { user } = await authenticate({
      token: bearerToken(request.header('authorization')),
      certificate: request.certificate,
    });
    return user;
  };

function bearerToken(authorization: string): string | undefined {
  const match = /^bearer +(.+)$/i.exec(authorization.trim());
  return match?.[1]?.trim();
}
