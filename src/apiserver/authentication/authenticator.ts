import type { MaybePromise } from '#base/maybe-promise.ts';
import type { UserInfo } from '../user.ts';

export interface AuthenticationResult {
  readonly user: UserInfo;
  /** The audiences of the credential among those that were asked about. */
  readonly audiences?: readonly string[];
  /** What the audit log tells of the credential. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What a request that uses it is warned of. */
  readonly warning?: string;
}

/** A credential that was recognised but is not accepted. */
export interface AuthenticationFailure {
  /** Told to those who review tokens; everybody else learns 401 only. */
  readonly error: string;
  /** What the audit log tells of the credential. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Undefined means: not mine. */
export type AuthenticationOutcome = AuthenticationResult | AuthenticationFailure | undefined;

/** Recognises one kind of credential of a request. */
export interface Authenticator<Request> {
  authenticate(request: Request): MaybePromise<AuthenticationOutcome>;
}

/** Recognises one kind of bearer token. */
export interface TokenAuthenticator {
  /** `audiences` are those the token must be meant for, at least one of them. */
  authenticateToken(token: string, audiences: readonly string[]): MaybePromise<AuthenticationOutcome>;
}

export const isFailure = (outcome: AuthenticationOutcome): outcome is AuthenticationFailure =>
  outcome !== undefined && 'error' in outcome;
