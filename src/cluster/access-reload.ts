import { isDeepStrictEqual } from 'node:util';
import type { ApiServer } from '#apiserver/api-server.ts';
import type { AuthorizerChoice } from '#apiserver/authorization/authorization.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import {
  type AccessConfiguration,
  type AccessFlags,
  type ReadFile,
  readAuthorizers,
  readIssuers,
} from './access-configuration.ts';
import { type ReloadOptions, reloadFiles, type WatchedFile } from './reload-files.ts';

export interface AccessReloadOptions {
  readonly flags: Pick<AccessFlags, 'authenticationConfig' | 'authorizationConfig'>;
  /** What the files said when the server was configured, and their texts by path. */
  readonly initial: AccessConfiguration;
  readonly texts: ReadonlyMap<string, string>;
  /** Reads the files that they name. */
  readonly read: ReadFile;
}

type Server = Pick<ApiServer, 'replaceIssuers' | 'replaceAuthorizers' | 'metrics'>;

type Change = (text: string, apiServer: Server) => Promise<void> | void;

interface AccessFile {
  readonly kind: 'authentication' | 'authorization';
  readonly path: string;
  readonly change: Change;
  readonly text: string | undefined;
}

/**
 * Reads the files of `--authentication-config` and `--authorization-config` again when they change. One that is wrong is
 * told in the log, and what it said before holds. Who may be anonymous, and who decides besides webhooks, cannot change
 * while the server runs.
 */
export class AccessReload {
  readonly #files: readonly AccessFile[];

  constructor(options: AccessReloadOptions) {
    const { flags, texts } = options;
    const file = (kind: AccessFile['kind'], path: string | undefined, change: Change): AccessFile[] =>
      path === undefined ? [] : [{ kind, path, change, text: texts.get(path) }];
    this.#files = [
      ...file('authentication', flags.authenticationConfig, issuersChange(options)),
      ...file('authorization', flags.authorizationConfig, authorizersChange(options)),
    ];
  }

  /** The files as they are to be watched for a server. */
  filesFor(apiServer: Server): WatchedFile[] {
    return this.#files.map(({ change, ...file }) => ({ ...file, change: (text) => change(text, apiServer) }));
  }

  /** Watches the files alone, until the signal. */
  run(
    { apiServer, ...options }: Omit<ReloadOptions, 'metrics'> & { readonly apiServer: Server },
    signal: AbortSignal,
  ): Promise<void> {
    return reloadFiles(this.filesFor(apiServer), { ...options, metrics: apiServer.metrics }, signal);
  }
}

const issuersChange =
  ({ initial }: AccessReloadOptions): Change =>
  (text, apiServer) => {
    const { oidc = [], anonymousPaths } = readIssuers(text);
    if (!isDeepStrictEqual(anonymousPaths, initial.authentication.anonymousPaths)) {
      throw new ConfigFileError('anonymous: Forbidden: changed from initial configuration file');
    }
    apiServer.replaceIssuers(oidc);
  };

const authorizersChange =
  ({ initial, read }: AccessReloadOptions): Change =>
  async (text, apiServer) => {
    const authorizers = await readAuthorizers(text, read);
    if (!isDeepStrictEqual(builtIn(authorizers), builtIn(initial.authorization.authorizers ?? []))) {
      throw new ConfigFileError('authorizers: Forbidden: types other than Webhook changed from initial file');
    }
    apiServer.replaceAuthorizers(authorizers);
  };

const builtIn = (authorizers: readonly AuthorizerChoice[]): Set<string> =>
  new Set(authorizers.map(({ type }) => type).filter((type) => type !== 'Webhook'));
