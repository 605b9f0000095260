import { firstSettled, type MaybePromise, whenThere } from '#base/maybe-promise.ts';
import { newUnauthorized } from '#machinery/errors/status-error.ts';
import { ANONYMOUS, AUTHENTICATED_GROUP, anonymousUser, type UserInfo } from '../user.ts';
import {
  type AuthenticationOutcome,
  type AuthenticationResult,
  type Authenticator,
  isFailure,
} from './authenticator.ts';
import type { IncomingRequest } from './incoming-request.ts';

export type { IncomingRequest } from './incoming-request.ts';

/** Who makes a request. Throws or rejects with a 401. */
export type RequestAuthenticator = (request: IncomingRequest) => MaybePromise<UserInfo>;

export interface RequestAuthenticatorOptions {
  /** Asked in turn; what one refuses, a later one may still accept. */
  readonly authenticators: readonly Authenticator<IncomingRequest>[];
  /** Whether a request without credentials may go on as the anonymous user. */
  readonly allowsAnonymous: (path: string) => boolean;
}

/** Finds out who makes a request. */
export function createRequestAuthenticator(options: RequestAuthenticatorOptions): RequestAuthenticator {
  const { authenticators, allowsAnonymous } = options;
  return (request) => {
    let hasFailed = false;
    const settle = (outcome: AuthenticationOutcome): UserInfo | undefined => {
      if (outcome === undefined) return undefined;
      note(request, outcome);
      if (!isFailure(outcome)) return withAuthenticated(outcome.user);
      hasFailed = true;
      return undefined;
    };
    const known = firstSettled(authenticators, (each) => each.authenticate(request), settle);
    return whenThere(known, (user) => {
      if (user) return user;
      if (hasFailed || !allowsAnonymous(request.path)) throw newUnauthorized();
      return anonymousUser;
    });
  };
}

/** A refused credential is told of, too, but nobody is warned. */
type Noted = Pick<AuthenticationResult, 'annotations' | 'warning'>;

function note({ annotate, warnings }: IncomingRequest, { annotations = {}, warning }: Noted): void {
  for (const [key, value] of Object.entries(annotations)) annotate?.(key, value);
  if (warning) warnings?.push(warning);
}

/** The same user gives the same object, by which authorization finds again what it knows. */
const completed = new WeakMap<UserInfo, UserInfo>();

/** Everybody who is somebody is in `system:authenticated`. */
export function withAuthenticated(user: UserInfo): UserInfo {
  if (user.name === ANONYMOUS || user.groups.includes(AUTHENTICATED_GROUP)) return user;
  let complete = completed.get(user);
  if (complete === undefined) {
    complete = { ...user, groups: [...user.groups, AUTHENTICATED_GROUP] };
    completed.set(user, complete);
  }
  return complete;
}
