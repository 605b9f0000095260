import type { AuthenticationOptions } from '#apiserver/authentication/authentication.ts';
import { readAuthenticationConfiguration } from '#apiserver/authentication/authentication-configuration.ts';
import { DEFAULT_ISSUER_URL } from '#apiserver/authentication/service-account-issuer.ts';
import { parseTokenFile, TokenFileError } from '#apiserver/authentication/token-file.ts';
import type {
  AuthorizationMode,
  AuthorizationOptions,
  AuthorizerChoice,
} from '#apiserver/authorization/authorization.ts';
import { readAuthorizationConfiguration } from '#apiserver/authorization/authorization-configuration.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

/** Flags of `knarr up` that say whose credentials are accepted and who decides what they may. */
export interface AccessFlags {
  readonly authenticationConfig?: string;
  readonly tokenAuthFile?: string;
  readonly authenticationTokenWebhookConfigFile?: string;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: string;
  readonly authorizationConfig?: string;
  readonly authorizationMode?: string;
  readonly authorizationWebhookConfigFile?: string;
}

export interface AccessConfiguration {
  readonly authentication: AuthenticationOptions;
  readonly authorization: AuthorizationOptions;
}

/** Reads the file that a flag names with `read`; rejects with what is told to the user. */
type ReadFile = <T>(flag: string, path: string, read: (text: string) => T | Promise<T>) => Promise<T>;

const MODES: readonly AuthorizationMode[] = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook'];

/** Reads the files that the flags name. Rejects with a `ConfigFileError` for flags that make no sense. */
export async function readAccessConfiguration(flags: AccessFlags, read: ReadFile): Promise<AccessConfiguration> {
  const [authentication, authorization] = await Promise.all([
    readAuthentication(flags, read),
    readAuthorization(flags, read),
  ]);
  return { authentication, authorization };
}

async function readAuthentication(flags: AccessFlags, read: ReadFile): Promise<AuthenticationOptions> {
  const { authenticationConfig, tokenAuthFile, requestheaderClientCaFile: proxyCa } = flags;
  const webhook = flags.authenticationTokenWebhookConfigFile;
  const flag = '--authentication-token-webhook-config-file';
  const allowedNames = (flags.requestheaderAllowedNames ?? '').split(',').filter((name) => name !== '');
  return {
    ...(authenticationConfig
      ? await read('--authentication-config', authenticationConfig, (text) =>
          readAuthenticationConfiguration(text, [DEFAULT_ISSUER_URL]),
        )
      : {}),
    ...(tokenAuthFile ? { tokens: await read('--token-auth-file', tokenAuthFile, readTokens) } : {}),
    ...(webhook ? { tokenWebhook: await read(flag, webhook, readWebhookKubeconfig) } : {}),
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
    return { authorizers: await readAuthorizers(flags.authorizationConfig, read) };
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
    ...(file ? { webhook: await read('--authorization-webhook-config-file', file, readWebhookKubeconfig) } : {}),
  };
}

async function readAuthorizers(path: string, read: ReadFile): Promise<readonly AuthorizerChoice[]> {
  const flag = '--authorization-config';
  const configured = await read(flag, path, readAuthorizationConfiguration);
  return Promise.all(
    configured.map(async ({ type, webhook }) => {
      if (webhook === undefined) return { type };
      const { kubeConfigFile, ...options } = webhook;
      return { type, webhook: { ...options, ...(await read(flag, kubeConfigFile, readWebhookKubeconfig)) } };
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
