import type { TokenReview } from '#api/authentication/v1/token-review.ts';
import type { Clock } from '#base/clock.ts';
import type { AuthenticationOutcome, TokenAuthenticator } from './authenticator.ts';
import { type HttpsAccess, JsonRequestError, requestJson } from './json-request.ts';
import { withRetries } from './retry.ts';

/** A service that reviews tokens for this server. */
export interface WebhookTokenOptions extends HttpsAccess {
  /** Takes TokenReviews of `authentication.k8s.io` with POST. */
  readonly url: string;
  /** The version of those reviews; `v1` by default. */
  readonly version?: 'v1' | 'v1beta1';
  /** How long its answers are believed, in milliseconds; two minutes by default. */
  readonly cacheTtlMs?: number;
}

/** Asks a webhook whose token one is. */
export function createWebhookTokenAuthenticator(
  options: WebhookTokenOptions,
  { clock, audiences: own }: { readonly clock: Clock; readonly audiences: readonly string[] },
): TokenAuthenticator {
  return {
    async authenticateToken(token, audiences) {
      const review = {
        kind: 'TokenReview',
        apiVersion: `authentication.k8s.io/${options.version ?? 'v1'}`,
        metadata: {},
        spec: { token, audiences },
      };
      try {
        const answer = await withRetries(clock, () => requestJson(options.url, { access: options, body: review }));
        return outcomeOf(answer as TokenReview, audiences, own);
      } catch (error) {
        if (error instanceof JsonRequestError) return { error: error.message };
        throw error;
      }
    },
  };
}

/** A webhook that knows nothing of audiences means the server's own. */
function outcomeOf({ status }: TokenReview, wanted: readonly string[], own: readonly string[]): AuthenticationOutcome {
  if (!status?.authenticated) return status?.error ? { error: status.error } : undefined;
  const meant = status.audiences?.length ? status.audiences : own;
  const audiences = meant.filter((audience) => wanted.includes(audience));
  if (audiences.length === 0) return undefined;
  const { username = '', uid, groups = [], extra } = status.user ?? {};
  return { user: { name: username, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) }, audiences };
}
