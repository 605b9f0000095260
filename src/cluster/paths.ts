import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CommandError } from './command-error.ts';

/** Where clusters of this user lie unless they say otherwise. */
export function defaultDataDirectory(name: string, environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(base, 'knarr', name);
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The data directory that `--name` and `--data-dir` mean together. */
export function dataDirectoryOf(
  options: { readonly name: string; readonly dataDir?: string | undefined },
  environment: NodeJS.ProcessEnv,
): string {
  if (!NAME.test(options.name)) {
    throw new CommandError(`read --name ${JSON.stringify(options.name)}: must be a lower-case DNS label`, {
      exitCode: 2,
    });
  }
  return options.dataDir === undefined ? defaultDataDirectory(options.name, environment) : resolve(options.dataDir);
}

/** The name of a cluster's context in kubeconfig files. */
export const contextName = (name: string): string => (name === 'default' ? 'knarr' : `knarr-${name}`);
