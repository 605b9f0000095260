import type { SelfSubjectReview } from '#api/authentication/v1/self-subject-review.ts';
import type { TokenReview } from '#api/authentication/v1/token-review.ts';
import type { Clock } from '#base/clock.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Authentication } from '../authentication/authentication.ts';
import { isFailure } from '../authentication/authenticator.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { UserInfo } from '../user.ts';
import type { Answer } from './virtual-resource.ts';

/** Whose token is this? `own` are the audiences a review asks about that names none. */
export const reviewToken = (verify: Authentication['verifyToken'], own: readonly string[]): Answer<TokenReview> => ({
  check: ({ spec }) => {
    if (!spec?.token) throw newBadRequest('token is required for TokenReview in authentication');
  },
  answer: async (review) => {
    const { token = '', audiences = [] } = review.spec ?? {};
    const outcome = await verify(token, audiences.length > 0 ? audiences : own);
    const status =
      outcome === undefined || isFailure(outcome)
        ? { user: {}, ...(outcome ? { error: outcome.error } : {}) }
        : { authenticated: true, user: userOf(outcome.user), audiences: outcome.audiences ?? [] };
    return { ...review, status } as TokenReview;
  },
});

/** Who am I? */
export const reviewMe = (clock: Clock): Answer<SelfSubjectReview> => ({
  answer: (_review, { user }) =>
    ({
      metadata: { creationTimestamp: timestamp(clock.now()) },
      status: { userInfo: userOf(user) },
    }) as SelfSubjectReview,
});

const userOf = ({ name, uid, groups, extra }: UserInfo) => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups: [...groups],
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
});
