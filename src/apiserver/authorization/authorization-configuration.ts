import { readConfigFile } from '#machinery/codec/config-file.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { AuthorizationMode } from './authorization.ts';
import { validateMatchConditions } from './match-conditions.ts';
import type { AuthorizationWebhookOptions } from './webhook.ts';

const PREFIX = 'io.k8s.apiserver.config.v1';

const Webhook = message(`${PREFIX}.WebhookConfiguration`, {
  authorizedTTL: opt(1, string),
  cacheAuthorizedRequests: ptr(2, bool),
  unauthorizedTTL: opt(3, string),
  cacheUnauthorizedRequests: ptr(4, bool),
  timeout: opt(5, string),
  subjectAccessReviewVersion: opt(6, string),
  matchConditionSubjectAccessReviewVersion: opt(7, string),
  failurePolicy: opt(8, string),
  connectionInfo: opt(
    9,
    message(`${PREFIX}.WebhookConnectionInfo`, { type: opt(1, string), kubeConfigFile: ptr(2, string) }),
  ),
  matchConditions: opt(10, list(message(`${PREFIX}.WebhookMatchCondition`, { expression: opt(1, string) }))),
});
type Webhook = Infer<typeof Webhook>;

const Authorizer = message(`${PREFIX}.AuthorizerConfiguration`, {
  type: opt(1, string),
  name: opt(2, string),
  webhook: ptr(3, Webhook),
});
type Authorizer = Infer<typeof Authorizer>;

const AuthorizationConfiguration = message(`${PREFIX}.AuthorizationConfiguration`, {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  authorizers: opt(1, list(Authorizer)),
});

/** One who decides; a webhook is where a kubeconfig says. */
export interface ConfiguredAuthorizer {
  readonly type: AuthorizationMode;
  readonly webhook?: Omit<AuthorizationWebhookOptions, 'url'> & {
    /** Absent for the server of the cluster that this process runs in. */
    readonly kubeConfigFile: string | undefined;
  };
}

const TYPES: readonly AuthorizationMode[] = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook'];
const LONGEST_TIMEOUT_MS = 30_000;

/**
 * Reads upstream's AuthorizationConfiguration: who decides, in which order. Conditions on what webhooks are asked are
 * expressions. Throws a `ConfigFileError`.
 */
export const readAuthorizationConfiguration = (text: string): readonly ConfiguredAuthorizer[] =>
  (
    readConfigFile(text, AuthorizationConfiguration, {
      apiVersions: ['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1beta1'],
      kind: 'AuthorizationConfiguration',
      validate: ({ authorizers = [] }) => validate(authorizers),
    }).authorizers ?? []
  ).map(({ type, webhook }) => ({
    type: type as AuthorizationMode,
    ...(webhook ? { webhook: toOptions(webhook) } : {}),
  }));

function toOptions(webhook: Webhook): NonNullable<ConfiguredAuthorizer['webhook']> {
  const { authorizedTTL = '', unauthorizedTTL = '', timeout = '', failurePolicy, connectionInfo } = webhook;
  const { subjectAccessReviewVersion: version } = webhook;
  const { cacheAuthorizedRequests = true, cacheUnauthorizedRequests = true } = webhook;
  return {
    kubeConfigFile: connectionInfo?.kubeConfigFile,
    version: version as 'v1' | 'v1beta1',
    authorizedTtlMs: cacheAuthorizedRequests ? parseDuration(authorizedTTL) : 0,
    unauthorizedTtlMs: cacheUnauthorizedRequests ? parseDuration(unauthorizedTTL) : 0,
    timeoutMs: parseDuration(timeout),
    failurePolicy: failurePolicy as 'NoOpinion' | 'Deny',
    matchConditions: expressionsOf(webhook),
  };
}

const expressionsOf = ({ matchConditions = [] }: Webhook): readonly string[] =>
  matchConditions.map(({ expression = '' }) => expression);

function validate(authorizers: readonly Authorizer[]): FieldError[] {
  const at = new FieldPath('authorizers');
  if (authorizers.length === 0) return [required(at, 'at least one authorization mode must be defined')];
  return authorizers.flatMap((each, index) => {
    const before = authorizers.slice(0, index);
    return [
      ...validateType(each, { at: at.index(index), before }),
      ...validateName(each, { at: at.index(index).child('name'), before }),
    ];
  });
}

type Place = { readonly at: FieldPath; readonly before: readonly Authorizer[] };

function validateType({ type, webhook }: Authorizer, { at, before }: Place): FieldError[] {
  if (!type) return [required(at.child('type'))];
  if (!TYPES.includes(type as AuthorizationMode)) return [notSupported(at.child('type'), type, [...TYPES].sort())];
  if (type === 'Webhook') {
    return webhook ? validateWebhook(webhook, at) : [required(at.child('webhook'), 'required when type=Webhook')];
  }
  return [
    ...(before.some((other) => other.type === type) ? [duplicate(at.child('type'), type)] : []),
    ...(webhook ? [invalid(at.child('webhook'), 'non-null', 'may only be specified when type=Webhook')] : []),
  ];
}

function validateName({ name }: Authorizer, { at, before }: Place): FieldError[] {
  if (!name) return [required(at)];
  if (before.some((other) => other.name === name)) return [duplicate(at, name)];
  const details = isDNS1123Subdomain(name);
  return details.length > 0 ? [invalid(at, name, `authorizer name is invalid: ${details.join(', ')}`)] : [];
}

function validateWebhook(webhook: Webhook, at: FieldPath): FieldError[] {
  const { failurePolicy = '', subjectAccessReviewVersion: version = '' } = webhook;
  return [
    ...validateDuration(at.child('timeout'), webhook.timeout, { most: LONGEST_TIMEOUT_MS, range: '> 0s and <= 30s' }),
    ...validateDuration(at.child('authorizedTTL'), webhook.authorizedTTL),
    ...validateDuration(at.child('unauthorizedTTL'), webhook.unauthorizedTTL),
    ...validateChoice(at.child('subjectAccessReviewVersion'), version, ['v1', 'v1beta1']),
    ...validateMatchVersion(webhook, at.child('matchConditionSubjectAccessReviewVersion')),
    ...validateChoice(at.child('failurePolicy'), failurePolicy, ['NoOpinion', 'Deny']),
    ...validateConnection(webhook, at.child('connectionInfo')),
    ...validateMatchConditions(expressionsOf(webhook), at.child('matchConditions')),
  ];
}

function validateMatchVersion(webhook: Webhook, at: FieldPath): FieldError[] {
  const version = webhook.matchConditionSubjectAccessReviewVersion ?? '';
  if (version !== '') return validateChoice(at, version, ['v1']);
  return webhook.matchConditions?.length ? [required(at, 'required if match conditions are specified')] : [];
}

const validateChoice = (at: FieldPath, value: string, choices: string[]): FieldError[] =>
  value === '' ? [required(at)] : choices.includes(value) ? [] : [notSupported(at, value, [...choices].sort())];

function validateConnection({ connectionInfo = {} }: Webhook, at: FieldPath): FieldError[] {
  const { type = '', kubeConfigFile } = connectionInfo;
  const place = at.child('kubeConfigFile');
  if (type === '') return [required(at.child('type'))];
  if (type === 'InClusterConfig') {
    return kubeConfigFile === undefined
      ? []
      : [invalid(place, kubeConfigFile, 'can only be set when type=KubeConfigFile')];
  }
  if (type !== 'KubeConfigFile') {
    // Upstream shows the whole of it.
    const shown = { Type: type, KubeConfigFile: kubeConfigFile ?? null };
    return [notSupported(at.child('type'), shown, ['InClusterConfig', 'KubeConfigFile'])];
  }
  if (!kubeConfigFile) return [required(place)];
  return kubeConfigFile.startsWith('/') ? [] : [invalid(place, kubeConfigFile, 'must be an absolute path')];
}

function validateDuration(
  at: FieldPath,
  text = '',
  { most = Number.POSITIVE_INFINITY, range = '> 0s' }: { readonly most?: number; readonly range?: string } = {},
): FieldError[] {
  const milliseconds = durationOf(text);
  if (milliseconds === undefined) return [invalid(at, text, 'must be a duration such as 1h or 90s')];
  if (milliseconds === 0) return [required(at)];
  return milliseconds < 0 || milliseconds > most ? [invalid(at, text, `must be ${range}`)] : [];
}

/** Milliseconds; 0 for no text, undefined for what is no duration. */
function durationOf(text: string): number | undefined {
  if (text === '') return 0;
  try {
    return parseDuration(text);
  } catch {
    // The field is told.
    return undefined;
  }
}
