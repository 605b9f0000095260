import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { AuthenticationOptions } from './authentication.ts';
import type { OidcOptions } from './oidc/oidc-options.ts';

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
type Jwt = Infer<typeof Jwt>;

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

/** Which algorithms issuers may sign with; a configuration cannot say. */
const ALGORITHMS = ['ES', 'PS', 'RS'].flatMap((kind) => ['256', '384', '512'].map((size) => `${kind}${size}`));

/**
 * Reads upstream's AuthenticationConfiguration: issuers of ID tokens, and the paths that need no credentials. Rules and
 * mappings name claims; expressions are refused. Throws a `ConfigFileError`.
 */
export function readAuthenticationConfiguration(text: string): Pick<AuthenticationOptions, 'oidc' | 'anonymousPaths'> {
  const { jwt = [], anonymous } = readConfigFile(text, AuthenticationConfiguration, {
    apiVersions: ['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1beta1'],
    kind: 'AuthenticationConfiguration',
    validate,
  });
  const paths = anonymous?.conditions?.map(({ path = '' }) => path) ?? [];
  const anonymousPaths = anonymous && (anonymous.enabled ? (paths.length > 0 ? paths : ('all' as const)) : []);
  return { oidc: jwt.map(toOptions), ...(anonymousPaths ? { anonymousPaths } : {}) };
}

function toOptions({ issuer = {}, claimMappings = {}, claimValidationRules = [] }: Jwt): OidcOptions {
  const { url = '', discoveryURL, certificateAuthority, audiences = [] } = issuer;
  const { username, groups, uid } = claimMappings;
  const rules = claimValidationRules.map(({ claim = '', requiredValue = '' }) => [claim, requiredValue] as const);
  return {
    issuerUrl: url,
    audiences,
    signingAlgorithms: ALGORITHMS,
    ...(discoveryURL ? { discoveryUrl: discoveryURL } : {}),
    ...(certificateAuthority ? { ca: certificateAuthority } : {}),
    ...(username?.claim ? { usernameClaim: username.claim } : {}),
    // An empty prefix is none here, and the default elsewhere.
    usernamePrefix: username?.prefix || '-',
    ...(groups?.claim ? { groupsClaim: groups.claim, groupsPrefix: groups.prefix ?? '' } : {}),
    ...(uid?.claim ? { uidClaim: uid.claim } : {}),
    ...(rules.length > 0 ? { requiredClaims: Object.fromEntries(rules) } : {}),
  };
}

function validate({ jwt = [], anonymous }: Configuration): FieldError[] {
  const conditions = anonymous?.conditions ?? [];
  const at = new FieldPath('anonymous').child('conditions');
  return [
    ...jwt.flatMap((each, index) => validateJwt(each, new FieldPath('jwt').index(index))),
    ...(conditions.length > 0 && !anonymous?.enabled
      ? [invalid(at, conditions, 'enabled should be set to true when conditions are defined')]
      : []),
    ...conditions.flatMap(({ path }, index) => (path ? [] : [required(at.index(index).child('path'))])),
  ];
}

function validateJwt({ issuer = {}, claimMappings = {}, ...rest }: Jwt, field: FieldPath): FieldError[] {
  const { url = '', audiences = [] } = issuer;
  const { username, groups, uid, extra = [] } = claimMappings;
  const at = field.child('issuer');
  const mappings = field.child('claimMappings');
  return [
    ...(url === '' ? [required(at.child('url'), 'URL is required')] : []),
    ...(url !== '' && !url.startsWith('https://') ? [invalid(at.child('url'), url, 'URL scheme must be https')] : []),
    ...(audiences.length === 0
      ? [required(at.child('audiences'), 'at least one jwt[*].issuer.audiences is required')]
      : []),
    ...(username?.claim ? [] : [required(mappings.child('username'), 'claim or expression is required')]),
    ...Object.entries({ username, groups }).flatMap(([name, mapping]) =>
      mapping?.claim && mapping.prefix == null
        ? [
            required(
              mappings.child(name, 'prefix'),
              'prefix is required when claim is set. It can be set to an empty string to disable prefixing',
            ),
          ]
        : [],
    ),
    ...Object.entries({ username, groups, uid }).flatMap(([name, mapping]) =>
      mapping?.expression ? [unsupported(mappings.child(name, 'expression'))] : [],
    ),
    ...extra.map((_, index) => unsupported(mappings.child('extra').index(index).child('valueExpression'))),
    ...validateRules(rest, field),
  ];
}

function validateRules(
  { claimValidationRules = [], userValidationRules = [] }: Pick<Jwt, 'claimValidationRules' | 'userValidationRules'>,
  field: FieldPath,
): FieldError[] {
  const rules = field.child('claimValidationRules');
  return [
    ...claimValidationRules.flatMap(({ claim, expression }, index) => {
      if (expression) return [unsupported(rules.index(index).child('expression'))];
      return claim ? [] : [required(rules.index(index), 'claim or expression is required')];
    }),
    ...userValidationRules.map((_, index) => unsupported(field.child('userValidationRules').index(index))),
  ];
}

const unsupported = (field: FieldPath): FieldError => forbidden(field, 'expressions are not supported');
