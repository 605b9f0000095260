import type { SelfSubjectReview } from '#api/authentication/v1/self-subject-review.ts';
import type { TokenReview } from '#api/authentication/v1/token-review.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { AuthenticationResult } from '../authentication/authenticator.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { ResourceRequest } from '../request.ts';
import type { UserInfo } from '../user.ts';

/** Checks a token for audiences; undefined when it is not accepted. */
export type VerifyToken = (token: string, audiences: readonly string[]) => Promise<AuthenticationResult | undefined>;

/** Whose token is this? */
export const reviewToken = (verify: VerifyToken, audiences: readonly string[]) => async (review: TokenReview) => {
  const token = review.spec?.token ?? '';
  if (token === '') throw newBadRequest('token is required for TokenReview in authentication');
  const result = await verify(token, review.spec?.audiences?.length ? review.spec.audiences : audiences);
  const status = result
    ? { authenticated: true, user: userOf(result.user), audiences: result.audiences ?? [] }
    : { error: 'invalid bearer token' };
  return { ...review, spec: review.spec, status } as TokenReview;
};

/** Who am I? */
export const reviewMe = (now: () => number) => (review: SelfSubjectReview, request: ResourceRequest) =>
  ({
    ...review,
    metadata: { ...review.metadata, creationTimestamp: timestamp(now()) },
    status: { userInfo: userOf(request.user) },
  }) as SelfSubjectReview;

const userOf = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups: [...groups],
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
});
