import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { AuthenticationOptions } from './authentication.ts';
import { type ExpressionRule, type OidcOptions, SIGNING_ALGORITHMS } from './oidc/oidc-options.ts';
import { validateIssuers } from './validate-issuers.ts';

const PREFIX = 'io.k8s.apiserver.config.v1';

const Issuer = message(`${PREFIX}.Issuer`, {
  url: opt(1, string),
  discoveryURL: opt(2, string),
  certificateAuthority: opt(3, string),
  audiences: opt(4, list(string)),
  audienceMatchPolicy: opt(5, string),
});
const Mapping = message(`${PREFIX}.PrefixedClaimOrExpression`, {
  claim: opt(1, string),
  prefix: ptr(2, string),
  expression: opt(3, string),
});
const Rule = message(`${PREFIX}.ClaimValidationRule`, {
  claim: opt(1, string),
  requiredValue: opt(2, string),
  expression: opt(3, string),
  message: opt(4, string),
});
const Extra = message(`${PREFIX}.ExtraMapping`, { key: opt(1, string), valueExpression: opt(2, string) });
const Jwt = message(`${PREFIX}.JWTAuthenticator`, {
  issuer: opt(1, Issuer),
  claimValidationRules: opt(2, list(Rule)),
  claimMappings: opt(
    3,
    message(`${PREFIX}.ClaimMappings`, {
      username: opt(1, Mapping),
      groups: opt(2, Mapping),
      uid: opt(3, Mapping),
      extra: opt(4, list(Extra)),
    }),
  ),
  userValidationRules: opt(4, list(Rule)),
});
export type Issuer = Infer<typeof Issuer>;
export type Mapping = Infer<typeof Mapping>;
export type ClaimRule = Infer<typeof Rule>;
/** One issuer of ID tokens, and what becomes of their claims. */
export type JwtAuthenticator = Infer<typeof Jwt>;

const Anonymous = message(`${PREFIX}.AnonymousAuthConfig`, {
  enabled: opt(1, bool),
  conditions: opt(2, list(message(`${PREFIX}.AnonymousAuthCondition`, { path: opt(1, string) }))),
});

const AuthenticationConfiguration = message(`${PREFIX}.AuthenticationConfiguration`, {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  jwt: opt(1, list(Jwt)),
  anonymous: ptr(2, Anonymous),
});
type Configuration = Infer<typeof AuthenticationConfiguration>;

/**
 * Reads upstream's AuthenticationConfiguration: issuers of ID tokens, and the paths that need no credentials. Rules and
 * mappings name claims or are expressions. `ownIssuers` cannot be among the issuers. Throws a `ConfigFileError`.
 */
export function readAuthenticationConfiguration(
  text: string,
  ownIssuers: readonly string[] = [],
): Pick<AuthenticationOptions, 'oidc' | 'anonymousPaths'> {
  const { jwt = [], anonymous } = readConfigFile(text, AuthenticationConfiguration, {
    apiVersions: ['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1beta1'],
    kind: 'AuthenticationConfiguration',
    validate: (configuration) => validate(configuration, ownIssuers),
  });
  const paths = anonymous?.conditions?.map(({ path = '' }) => path) ?? [];
  const anonymousPaths = anonymous && (anonymous.enabled ? (paths.length > 0 ? paths : ('all' as const)) : []);
  return { oidc: jwt.map(toOptions), ...(anonymousPaths ? { anonymousPaths } : {}) };
}

function toOptions(authenticator: JwtAuthenticator): OidcOptions {
  const { issuer = {}, claimMappings = {}, claimValidationRules = [], userValidationRules = [] } = authenticator;
  const { url = '', discoveryURL, certificateAuthority, audiences = [] } = issuer;
  const { username, groups, uid, extra = [] } = claimMappings;
  const rules = claimValidationRules.flatMap(({ claim, requiredValue = '' }) =>
    claim ? [[claim, requiredValue] as const] : [],
  );
  const claimRules = expressionRules(claimValidationRules);
  const userRules = expressionRules(userValidationRules);
  return {
    issuerUrl: url,
    audiences,
    signingAlgorithms: SIGNING_ALGORITHMS,
    ...(discoveryURL ? { discoveryUrl: discoveryURL } : {}),
    ...(certificateAuthority ? { ca: certificateAuthority } : {}),
    ...(username?.claim ? { usernameClaim: username.claim } : {}),
    // An empty prefix is none here, and the default elsewhere.
    usernamePrefix: username?.prefix || '-',
    ...(groups?.claim ? { groupsClaim: groups.claim, groupsPrefix: groups.prefix ?? '' } : {}),
    ...(uid?.claim ? { uidClaim: uid.claim } : {}),
    ...(rules.length > 0 ? { requiredClaims: Object.fromEntries(rules) } : {}),
    ...(username?.expression ? { usernameExpression: username.expression } : {}),
    ...(groups?.expression ? { groupsExpression: groups.expression } : {}),
    ...(uid?.expression ? { uidExpression: uid.expression } : {}),
    ...(extra.length > 0
      ? { extra: extra.map(({ key = '', valueExpression = '' }) => ({ key, valueExpression })) }
      : {}),
    ...(claimRules.length > 0 ? { claimRules } : {}),
    ...(userRules.length > 0 ? { userRules } : {}),
  };
}

const expressionRules = (rules: readonly ClaimRule[]): ExpressionRule[] =>
  rules.flatMap(({ expression, message }) => (expression ? [{ expression, message }] : []));

function validate({ jwt = [], anonymous }: Configuration, ownIssuers: readonly string[]): FieldError[] {
  const conditions = anonymous?.conditions ?? [];
  const at = new FieldPath('anonymous').child('conditions');
  return [
    ...validateIssuers(jwt, new FieldPath('jwt'), ownIssuers),
    ...(conditions.length > 0 && !anonymous?.enabled
      ? [invalid(at, conditions, 'enabled should be set to true when conditions are defined')]
      : []),
    ...conditions.flatMap(({ path }, index) => (path ? [] : [required(at.index(index).child('path'))])),
  ];
}
