import { X509Certificate } from 'node:crypto';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import type { Issuer, JwtAuthenticator } from './authentication-configuration.ts';
import { validateClaims } from './validate-claims.ts';

const MAX_ISSUERS = 64;
const BEGIN = '-----BEGIN CERTIFICATE-----';

/** What is wrong with the issuers of an AuthenticationConfiguration. `disallowed` are this server's own. */
export function validateIssuers(
  jwt: readonly JwtAuthenticator[],
  field: FieldPath,
  disallowed: readonly string[],
): FieldError[] {
  if (jwt.length > MAX_ISSUERS) return [tooMany(field, jwt.length, MAX_ISSUERS)];
  return jwt.flatMap((authenticator, index) => {
    const { issuer = {} } = authenticator;
    const at = field.index(index);
    const before = jwt.slice(0, index).map((each) => each.issuer ?? {});
    return [
      ...validateIssuer(issuer, at.child('issuer'), disallowed),
      ...validateClaims(authenticator, at),
      ...(['url', 'discoveryURL'] as const)
        .filter((name) => before.some((each) => issuer[name] && each[name] === issuer[name]))
        .map((name) => duplicate(at.child('issuer', name), issuer[name])),
    ];
  });
}

function validateIssuer(issuer: Issuer, field: FieldPath, disallowed: readonly string[]): FieldError[] {
  const { url = '', discoveryURL = '', certificateAuthority = '' } = issuer;
  const trimmed = (text: string) => text.replace(/\/+$/, '');
  const discovery = field.child('discoveryURL');
  return [
    ...(url === '' ? [required(field.child('url'))] : validateUrl(url, field.child('url'), disallowed)),
    ...(discoveryURL !== '' && trimmed(url) === trimmed(discoveryURL)
      ? [invalid(discovery, discoveryURL, 'discoveryURL must be different from URL')]
      : []),
    ...(discoveryURL === '' ? [] : validateUrl(discoveryURL, discovery, [])),
    ...validateAudiences(issuer, field),
    ...(certificateAuthority === '' || isCertificate(certificateAuthority)
      ? []
      : [
          invalid(
            field.child('certificateAuthority'),
            '<omitted>',
            'data does not contain any valid RSA or ECDSA certificates',
          ),
        ]),
  ];
}

function validateUrl(text: string, field: FieldPath, disallowed: readonly string[]): FieldError[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const wrong = [
    disallowed.includes(text) && `URL must not overlap with disallowed issuers: [${[...disallowed].sort().join(' ')}]`,
    url?.protocol !== 'https:' && 'URL scheme must be https',
    (url?.username || url?.password) && 'URL must not contain a username or password',
    url?.search && 'URL must not contain a query',
    url?.hash && 'URL must not contain a fragment',
  ];
  return wrong.flatMap((detail) => (detail ? [invalid(field, text, detail)] : []));
}

function validateAudiences({ audiences = [], audienceMatchPolicy = '' }: Issuer, field: FieldPath): FieldError[] {
  const at = field.child('audiences');
  if (audiences.length === 0) return [required(at, `at least one ${at} is required`)];
  const isKnown = audienceMatchPolicy === 'MatchAny' || (audienceMatchPolicy === '' && audiences.length === 1);
  const detail =
    audiences.length > 1
      ? 'audienceMatchPolicy must be MatchAny for multiple audiences'
      : 'audienceMatchPolicy must be empty or MatchAny for single audience';
  return [
    ...audiences.flatMap((audience, index) => [
      ...(audience === '' ? [required(at.index(index))] : []),
      ...(audiences.indexOf(audience) < index ? [duplicate(at.index(index), audience)] : []),
    ]),
    ...(isKnown ? [] : [invalid(field.child('audienceMatchPolicy'), audienceMatchPolicy, detail)]),
  ];
}

function isCertificate(pem: string): boolean {
  if (!pem.includes(BEGIN)) return false;
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    // Whatever is wrong with it, it is no certificate.
    return false;
  }
}
