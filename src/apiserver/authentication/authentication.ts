import type { Clock } from '#base/clock.ts';
import type { MetricRegistry } from '#base/metrics/metric-registry.ts';
import type { UserInfo } from '../user.ts';
import { type AuthenticationOutcome, type Authenticator, isFailure, type TokenAuthenticator } from './authenticator.ts';
import { bearerToken } from './bearer-token.ts';
import { createBootstrapTokenAuthenticator } from './bootstrap-token.ts';
import { CertificateTrust } from './certificate-trust.ts';
import { createClientCertificateAuthenticator } from './client-certificate.ts';
import type { FindObject, LabelSecret } from './find-object.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { createOidcAuthenticator, type OidcOptions } from './oidc/oidc-token.ts';
import {
  createRequestAuthenticator,
  type RequestAuthenticator,
  type RequestAuthenticatorOptions,
  withAuthenticated,
} from './request-authenticator.ts';
import { createRequestHeaderAuthenticator, type RequestHeaderOptions } from './request-header.ts';
import { createSecretTokenAuthenticator } from './secret-token.ts';
import type { ServiceAccountIssuer } from './service-account-issuer.ts';
import { ServiceAccountTokenAuthenticator } from './service-account-token.ts';
import { createStaticTokenAuthenticator } from './static-token.ts';
import { createTokenCache } from './token-cache.ts';
import { createTokenMetrics } from './token-metrics.ts';
import { createTokenUnion, withOwnAudiences } from './token-union.ts';
import { createWebhookTokenAuthenticator, type WebhookTokenOptions } from './webhook-token.ts';

/** Which credentials a server accepts besides client certificates, service-account and bootstrap tokens. */
export interface AuthenticationOptions {
  /** Bearer tokens known in advance; see `parseTokenFile`. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** A front proxy whose headers are believed. */
  readonly requestHeader?: RequestHeaderOptions;
  /** OpenID Connect issuers, by their URLs. */
  readonly oidc?: readonly OidcOptions[];
  /** Somebody else who is asked about tokens that nobody here knows. */
  readonly tokenWebhook?: WebhookTokenOptions;
  /** Paths that need no credentials, or all. Default: health and version. */
  readonly anonymousPaths?: readonly string[] | 'all';
}

export interface AuthenticationParts {
  readonly clock: Clock;
  readonly issuer: ServiceAccountIssuer;
  /** The API server's own audiences. */
  readonly audiences: readonly string[];
  readonly find: FindObject;
  readonly labelSecret: LabelSecret;
  readonly metrics: MetricRegistry;
}

/** Knows who makes a request and whose token one is. */
export interface Authentication {
  readonly authenticate: RequestAuthenticator;
  /** For TokenReviews: whose token it is, for these audiences. */
  readonly verifyToken: (token: string, audiences: readonly string[]) => Promise<AuthenticationOutcome>;
  /** From now on these are the issuers of ID tokens. */
  readonly replaceIssuers: (issuers: readonly OidcOptions[]) => void;
}

const ANONYMOUS_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const OIDC_CACHE_MS = 10_000;
const WEBHOOK_CACHE_MS = 120_000;

/** Builds the whole of authentication. */
export function createAuthentication(options: AuthenticationOptions, parts: AuthenticationParts): Authentication {
  let token = createTokenUnion(tokenAuthenticators(options, parts));
  const { requestHeader, anonymousPaths = ANONYMOUS_PATHS } = options;
  const isAnonymous: RequestAuthenticatorOptions['allowsAnonymous'] =
    anonymousPaths === 'all' ? () => true : (path) => anonymousPaths.includes(path);
  const authenticate = createRequestAuthenticator({
    authenticators: [
      ...(requestHeader ? [createRequestHeaderAuthenticator(requestHeader, parts.clock)] : []),
      createClientCertificateAuthenticator(clientTrust(requestHeader), parts.clock),
      bearerAuthenticator(() => token, parts.audiences),
    ],
    allowsAnonymous: isAnonymous,
  });
  return {
    authenticate,
    async verifyToken(value, audiences) {
      const outcome = await token.authenticateToken(value, audiences);
      return outcome === undefined || isFailure(outcome)
        ? outcome
        : { ...outcome, user: withAuthenticated(outcome.user) };
    },
    replaceIssuers(oidc) {
      token = createTokenUnion(tokenAuthenticators({ ...options, oidc }, parts));
    },
  };
}

/** PEM of all authorities whose certificates a listener is to verify: the clients' and the front proxies'. */
export const trustedAuthorities = (clientCa: string, { requestHeader }: AuthenticationOptions = {}): string =>
  requestHeader ? `${clientCa}\n${requestHeader.ca}` : clientCa;

/** The listener's authorities are for clients, except the front proxy's. */
function clientTrust(requestHeader: RequestHeaderOptions | undefined) {
  const proxies = requestHeader && new CertificateTrust(requestHeader.ca);
  return (certificate: NonNullable<IncomingRequest['certificate']>) =>
    certificate.verified && !proxies?.has(certificate);
}

function bearerAuthenticator(
  tokens: () => TokenAuthenticator,
  audiences: readonly string[],
): Authenticator<IncomingRequest> {
  return {
    authenticate(request) {
      const token = bearerToken(request);
      return token === undefined ? undefined : tokens().authenticateToken(token, audiences);
    },
  };
}

function tokenAuthenticators(options: AuthenticationOptions, parts: AuthenticationParts): TokenAuthenticator[] {
  const { clock, audiences, find, issuer } = parts;
  const { tokens, oidc = [], tokenWebhook } = options;
  const metrics = createTokenMetrics(parts.metrics);
  return [
    ...(tokens ? [withOwnAudiences(createStaticTokenAuthenticator(tokens), audiences)] : []),
    new ServiceAccountTokenAuthenticator({ issuer, audiences, find, clock, metrics }),
    createSecretTokenAuthenticator(issuer, { ...parts, metrics }),
    withOwnAudiences(createBootstrapTokenAuthenticator({ find, clock }), audiences),
    ...oidc.map((each) =>
      createTokenCache(withOwnAudiences(createOidcAuthenticator(each, clock), audiences), {
        clock,
        ttlMs: OIDC_CACHE_MS,
        remembersUnknown: false,
      }),
    ),
    ...(tokenWebhook
      ? [
          createTokenCache(createWebhookTokenAuthenticator(tokenWebhook, { clock, audiences }), {
            clock,
            ttlMs: tokenWebhook.cacheTtlMs ?? WEBHOOK_CACHE_MS,
            remembersUnknown: true,
          }),
        ]
      : []),
  ];
}
