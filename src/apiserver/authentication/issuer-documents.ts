import type { ServiceAccountIssuer } from './service-account-issuer.ts';

/** A document that others read to verify tokens of this server. */
export interface IssuerDocument {
  readonly mediaType: string;
  readonly read: () => Promise<object>;
}

/** The discovery documents of the service-account issuer, by path. */
export function issuerDocuments(issuer: ServiceAccountIssuer): Readonly<Record<string, IssuerDocument>> {
  const jwks = async () => ({ keys: [await issuer.jwk()] });
  return {
    '/.well-known/openid-configuration': {
      mediaType: 'application/json',
      read: async () => ({
        issuer: issuer.issuer,
        jwks_uri: `${issuer.issuer}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [(await issuer.jwk()).alg],
      }),
    },
    '/openid/v1/jwks': { mediaType: 'application/jwk-set+json', read: jwks },
  };
}
