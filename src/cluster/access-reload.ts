import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiServer } from '#apiserver/api-server.ts';
import type { AuthorizerChoice } from '#apiserver/authorization/authorization.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import {
  type AccessConfiguration,
  type AccessFlags,
  type ReadFile,
  readAuthorizers,
  readIssuers,
} from './access-configuration.ts';

const CHECK_MS = 10_000;

export interface AccessReloadOptions {
  readonly flags: Pick<AccessFlags, 'authenticationConfig' | 'authorizationConfig'>;
  /** What the files said when the server was configured, and their texts by path. */
  readonly initial: AccessConfiguration;
  readonly texts: ReadonlyMap<string, string>;
  /** Reads the files that they name. */
  readonly read: ReadFile;
}

interface Target {
  readonly apiServer: Pick<ApiServer, 'replaceIssuers' | 'replaceAuthorizers' | 'metrics'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Change = (text: string, apiServer: Target['apiServer']) => Promise<void> | void;

interface WatchedFile {
  readonly kind: 'authentication' | 'authorization';
  readonly path: string;
  readonly change: Change;
  /** As it was read last. */
  text: string | undefined;
}

/**
 * Reads the files of `--authentication-config` and `--authorization-config` again when they change. One that is wrong is
 * told in the log, and what it said before holds. Who may be anonymous, and who decides besides webhooks, cannot change
 * while the server runs.
 */
export class AccessReload {
  readonly #files: readonly WatchedFile[];

  constructor(options: AccessReloadOptions) {
    const { flags, texts } = options;
    const file = (kind: WatchedFile['kind'], path: string | undefined, change: Change): WatchedFile[] =>
      path === undefined ? [] : [{ kind, path, change, text: texts.get(path) }];
    this.#files = [
      ...file('authentication', flags.authenticationConfig, issuersChange(options)),
      ...file('authorization', flags.authorizationConfig, authorizersChange(options)),
    ];
  }

  /** Looks at the files every ten seconds, until the signal. */
  async run(target: Target, signal: AbortSignal): Promise<void> {
    while (this.#files.length > 0) {
      // Rejects for nothing but the signal.
      await target.clock.sleep(CHECK_MS, signal).catch(() => {});
      if (signal.aborted) return;
      for (const file of this.#files) await check(file, target);
    }
  }
}

async function check(file: WatchedFile, { apiServer, clock, logger }: Target): Promise<void> {
  const { kind, path } = file;
  const count = (status: 'success' | 'failure') => {
    const name = `apiserver_${kind}_config_controller_automatic_reload`;
    apiServer.metrics.counter(`${name}s_total`, 'Times that a changed file was read', ['status']).labels(status).inc();
    apiServer.metrics
      .gauge(`${name}_last_timestamp_seconds`, 'When a changed file was read last', ['status'])
      .labels(status)
      .set(clock.now() / 1000);
  };
  try {
    const text = await readFile(path, 'utf8');
    if (text === file.text) return;
    file.text = text;
    await file.change(text, apiServer);
    count('success');
    logger.info('configuration reloaded', { path });
  } catch (error) {
    count('failure');
    logger.error('reload configuration', { path, error: (error as Error).message });
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
