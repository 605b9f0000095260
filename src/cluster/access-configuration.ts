import type { AuthenticationOptions } from '#apiserver/authentication/authentication.ts';
import { readAuthenticationConfiguration } from '#apiserver/authentication/authentication-configuration.ts';
import { DEFAULT_ISSUER_URL } from '#apiserver/authentication/service-account-issuer.ts';
import { parseTokenFile, TokenFileError } from '#apiserver/authentication/token-file.ts';
import type { WebhookTokenOptions } from '#apiserver/authentication/webhook-token.ts';
import type {
  AuthorizationMode,
  AuthorizationOptions,
  AuthorizerChoice,
} from '#apiserver/authorization/authorization.ts';
import {
  type ConfiguredAuthorizer,
  readAuthorizationConfiguration,
} from '#apiserver/authorization/authorization-configuration.ts';
import type { AuthorizationWebhookOptions } from '#apiserver/authorization/webhook.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { readInClusterTarget } from './in-cluster-target.ts';
import { type OidcFlags, readOidcFlags } from './oidc-flags.ts';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

/** Flags of `knarr up` that say whose credentials are accepted and who decides what they may. */
export interface AccessFlags extends OidcFlags {
  readonly authenticationConfig?: string;
  readonly tokenAuthFile?: string;
  readonly authenticationTokenWebhookConfigFile?: string;
  readonly authenticationTokenWebhookVersion?: string;
  readonly authenticationTokenWebhookCacheTtl?: string;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: string;
  readonly authorizationConfig?: string;
  readonly authorizationMode?: string;
  readonly authorizationWebhookConfigFile?: string;
  readonly authorizationWebhookVersion?: string;
  readonly authorizationWebhookCacheAuthorizedTtl?: string;
  readonly authorizationWebhookCacheUnauthorizedTtl?: string;
}

export interface AccessConfiguration {
  readonly authentication: AuthenticationOptions;
  readonly authorization: AuthorizationOptions;
}

/** Reads the file that a flag names with `read`; rejects with what is told to the user. */
export type ReadFile = <T>(flag: string, path: string, read: (text: string) => T | Promise<T>) => Promise<T>;

const MODES: readonly AuthorizationMode[] = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook'];

/** Reads the files that the flags name. Rejects with a `ConfigFileError` for flags that make no sense. */
export async function readAccessConfiguration(flags: AccessFlags, read: ReadFile): Promise<AccessConfiguration> {
  const [authentication, authorization] = await Promise.all([
    readAuthentication(flags, read),
    readAuthorization(flags, read),
  ]);
  return { authentication, authorization };
}

/** What `--authentication-config` says. */
export const readIssuers = (text: string) => readAuthenticationConfiguration(text, [DEFAULT_ISSUER_URL]);

async function readAuthentication(flags: AccessFlags, read: ReadFile): Promise<AuthenticationOptions> {
  const { authenticationConfig, tokenAuthFile, requestheaderClientCaFile: proxyCa } = flags;
  const webhook = flags.authenticationTokenWebhookConfigFile;
  const flag = '--authentication-token-webhook-config-file';
  const oidc = await readOidcFlags(flags, (name, path) => read(name, path, (pem) => pem));
  if (oidc && authenticationConfig) {
    throw new ConfigFileError('--authentication-config: cannot be used together with --oidc flags');
  }
  const allowedNames = (flags.requestheaderAllowedNames ?? '').split(',').filter((name) => name !== '');
  return {
    ...(authenticationConfig ? await read('--authentication-config', authenticationConfig, readIssuers) : {}),
    ...(oidc ? { oidc: [oidc] } : {}),
    ...(tokenAuthFile ? { tokens: await read('--token-auth-file', tokenAuthFile, readTokens) } : {}),
    ...(webhook
      ? { tokenWebhook: { ...(await read(flag, webhook, readWebhookKubeconfig)), ...tokenReviews(flags) } }
      : {}),
    ...(proxyCa
      ? { requestHeader: { ca: await read('--requestheader-client-ca-file', proxyCa, (pem) => pem), allowedNames } }
      : {}),
  };
}

async function readAuthorization(flags: AccessFlags, read: ReadFile): Promise<AuthorizationOptions> {
  const file = flags.authorizationWebhookConfigFile;
  if (flags.authorizationConfig !== undefined) {
    if (flags.authorizationMode !== undefined || file !== undefined) {
      const others = '--authorization-mode and --authorization-webhook-config-file';
      throw new ConfigFileError(`--authorization-config: cannot be used together with ${others}`);
    }
    const configured = await read('--authorization-config', flags.authorizationConfig, readAuthorizationConfiguration);
    return { authorizers: await withWebhooks(configured, read) };
  }
  const modes = flags.authorizationMode?.split(',');
  const unknown = modes?.find((mode) => !(MODES as readonly string[]).includes(mode));
  if (unknown !== undefined) {
    throw new ConfigFileError(`--authorization-mode: no mode ${JSON.stringify(unknown)}, only ${MODES.join(', ')}`);
  }
  if (modes?.includes('Webhook') && !file) {
    throw new ConfigFileError('--authorization-mode: Webhook needs --authorization-webhook-config-file');
  }
  return {
    ...(modes ? { modes: modes as AuthorizationMode[] } : {}),
    ...(file
      ? {
          webhook: {
            ...(await read('--authorization-webhook-config-file', file, readWebhookKubeconfig)),
            ...accessReviews(flags),
          },
        }
      : {}),
  };
}

function tokenReviews(flags: AccessFlags): Pick<WebhookTokenOptions, 'version' | 'cacheTtlMs'> {
  const { authenticationTokenWebhookVersion: version, authenticationTokenWebhookCacheTtl: ttl = '2m' } = flags;
  return {
    version: reviewVersion('--authentication-token-webhook-version', version),
    cacheTtlMs: readTtl('--authentication-token-webhook-cache-ttl', ttl),
  };
}

function accessReviews(
  flags: AccessFlags,
): Pick<AuthorizationWebhookOptions, 'version' | 'authorizedTtlMs' | 'unauthorizedTtlMs'> {
  const { authorizationWebhookCacheAuthorizedTtl = '5m', authorizationWebhookCacheUnauthorizedTtl = '30s' } = flags;
  return {
    version: reviewVersion('--authorization-webhook-version', flags.authorizationWebhookVersion),
    authorizedTtlMs: readTtl('--authorization-webhook-cache-authorized-ttl', authorizationWebhookCacheAuthorizedTtl),
    unauthorizedTtlMs: readTtl(
      '--authorization-webhook-cache-unauthorized-ttl',
      authorizationWebhookCacheUnauthorizedTtl,
    ),
  };
}

/** The older version is the default, as upstream has it: nothing tells that a webhook knows the newer one. */
function reviewVersion(flag: string, version = 'v1beta1'): 'v1' | 'v1beta1' {
  if (version === 'v1' || version === 'v1beta1') return version;
  throw new ConfigFileError(`${flag}: no version ${JSON.stringify(version)}, only v1, v1beta1`);
}

function readTtl(flag: string, text: string): number {
  try {
    return Math.max(parseDuration(text), 0);
  } catch (cause) {
    throw new ConfigFileError(`${flag} ${JSON.stringify(text)}: must be a duration such as 1h or 90s`, { cause });
  }
}

/** Those who decide as `--authorization-config` says. Webhooks are where the files it names say. */
export const readAuthorizers = (text: string, read: ReadFile): Promise<readonly AuthorizerChoice[]> =>
  withWebhooks(readAuthorizationConfiguration(text), read);

function withWebhooks(
  configured: readonly ConfiguredAuthorizer[],
  read: ReadFile,
): Promise<readonly AuthorizerChoice[]> {
  return Promise.all(
    configured.map(async ({ type, webhook }) => {
      if (webhook === undefined) return { type };
      const { kubeConfigFile, ...options } = webhook;
      const target = kubeConfigFile
        ? await read('--authorization-config', kubeConfigFile, readWebhookKubeconfig)
        : await readInClusterTarget();
      return { type, webhook: { ...options, ...target } };
    }),
  );
}

function readTokens(csv: string): ReturnType<typeof parseTokenFile> {
  try {
    return parseTokenFile(csv);
  } catch (error) {
    if (error instanceof TokenFileError) throw new ConfigFileError(error.message, { cause: error });
    throw error;
  }
}
