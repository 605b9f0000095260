import { X509Certificate } from 'node:crypto';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import type { ClaimRule, Issuer, JwtAuthenticator, Mapping } from './authentication-configuration.ts';

const MAX_ISSUERS = 64;
const BEGIN = '-----BEGIN CERTIFICATE-----';

/** What is wrong with the issuers of an AuthenticationConfiguration. `disallowed` are this server's own. */
export function validateIssuers(
  jwt: readonly JwtAuthenticator[],
  field: FieldPath,
  disallowed: readonly string[],
): FieldError[] {
  if (jwt.length > MAX_ISSUERS) return [tooMany(field, jwt.length, MAX_ISSUERS)];
  return jwt.flatMap(({ issuer = {}, claimMappings = {}, ...rules }, index) => {
    const at = field.index(index);
    const before = jwt.slice(0, index).map((each) => each.issuer ?? {});
    return [
      ...validateIssuer(issuer, at.child('issuer'), disallowed),
      ...validateRules(rules, at),
      ...validateMappings(claimMappings, at.child('claimMappings')),
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

function validateRules(
  { claimValidationRules = [], userValidationRules = [] }: JwtAuthenticator,
  field: FieldPath,
): FieldError[] {
  const at = field.child('claimValidationRules');
  return [
    ...claimValidationRules.flatMap((rule, index) => {
      const before = claimValidationRules.slice(0, index);
      return validateRule(rule, at.index(index), before);
    }),
    ...userValidationRules.map((_, index) => unsupported(field.child('userValidationRules').index(index))),
  ];
}

function validateRule({ claim, expression, message }: ClaimRule, field: FieldPath, before: readonly ClaimRule[]) {
  if (claim && expression) return [invalid(field, claim, BOTH)];
  if (expression) return [unsupported(field.child('expression'))];
  if (!claim) return [required(field, NEITHER)];
  return [
    ...(message ? [invalid(field.child('message'), message, 'may not be specified when claim is set')] : []),
    ...(before.some((rule) => rule.claim === claim) ? [duplicate(field.child('claim'), claim)] : []),
  ];
}

function validateMappings(
  { username = {}, groups = {}, uid = {}, extra = [] }: NonNullable<JwtAuthenticator['claimMappings']>,
  field: FieldPath,
): FieldError[] {
  const hasName = username.claim || username.expression;
  return [
    ...(hasName ? [] : [required(field.child('username'), NEITHER)]),
    ...validateMapping(username, field.child('username')),
    ...validateMapping(groups, field.child('groups')),
    ...validateMapping({ ...uid, prefix: '' }, field.child('uid')),
    ...extra.map((_, index) => unsupported(field.child('extra').index(index).child('valueExpression'))),
  ];
}

function validateMapping({ claim, expression, prefix }: Mapping, field: FieldPath): FieldError[] {
  if (claim && expression) return [invalid(field, '', BOTH)];
  if (expression) return [unsupported(field.child('expression'))];
  const detail = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
  return claim && prefix == null ? [required(field.child('prefix'), detail)] : [];
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

const BOTH = "claim and expression can't both be set";
const NEITHER = 'claim or expression is required';
const unsupported = (field: FieldPath): FieldError => forbidden(field, 'expressions are not supported');
