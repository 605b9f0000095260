import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readAdmissionConfiguration } from '#apiserver/admission/admission-configuration.ts';
import { readImagePolicy, withTarget } from '#apiserver/admission/image-policy/image-policy-configuration.ts';
import {
  type AdmissionPluginChoice,
  pluginChoiceError,
  pluginConfigurationError,
} from '#apiserver/admission/plugins.ts';
import { ConfigFileError } from '#machinery/codec/config-file.ts';
import { CommandError } from './command-error.ts';
import { readWebhookKubeconfig } from './webhook-kubeconfig.ts';

/** Flags that say which admission plugins run, beside the default ones, and what they are told. */
export interface AdmissionFlags {
  readonly enableAdmissionPlugins?: string;
  readonly disableAdmissionPlugins?: string;
  readonly admissionControlConfigFile?: string;
}

/** Every cluster keeps its node agents to what is theirs, as kubeadm has it. */
const ALWAYS = ['NodeRestriction'];
const IMAGE_POLICY = 'ImagePolicyWebhook';

/** Reads the text of a file with `read`, whose complaints are told with the flag. */
type ReadConfiguration = <T>(flag: string, path: string, read: (text: string) => Promise<T>) => Promise<T>;

/**
 * Reads lists of names with commas, and the plugins' configurations. Rejects with a `CommandError` for names that no
 * plugin has, or that are in both lists, and for configurations that are wrong.
 */
export async function readAdmissionFlags(
  flags: AdmissionFlags,
  readConfiguration: ReadConfiguration,
): Promise<AdmissionPluginChoice> {
  const disable = names(flags.disableAdmissionPlugins);
  const enable = [
    ...names(flags.enableAdmissionPlugins),
    ...ALWAYS.filter((name) => !disable.includes(name) && !names(flags.enableAdmissionPlugins).includes(name)),
  ];
  const configurations = await readConfigurations(flags.admissionControlConfigFile, readConfiguration);
  const choice = {
    enableAdmissionPlugins: enable,
    disableAdmissionPlugins: disable,
    ...(configurations ? { admissionConfigurations: configurations } : {}),
  };
  const error = pluginChoiceError(choice) ?? pluginConfigurationError(choice);
  if (error !== undefined) throw new CommandError(`read admission plugins: ${error}`, { exitCode: 2 });
  return choice;
}

async function readConfigurations(path: string | undefined, readConfiguration: ReadConfiguration) {
  if (path === undefined) return undefined;
  const readOther = (other: string) => readFile(resolve(dirname(path), other), 'utf8');
  return readConfiguration('--admission-control-config-file', path, async (text) => {
    const configurations = await readAdmissionConfiguration(text, readOther);
    const { [IMAGE_POLICY]: images } = configurations;
    return images === undefined ? configurations : { ...configurations, [IMAGE_POLICY]: await withImageTarget(images) };
  });
}

/** Where images are asked about stands in a file of its own. */
async function withImageTarget(text: string): Promise<string> {
  const { kubeConfigFile } = readImagePolicy(text);
  try {
    return withTarget(text, await readWebhookKubeconfig(await readFile(resolve(kubeConfigFile), 'utf8')));
  } catch (error) {
    throw new ConfigFileError(`${IMAGE_POLICY}: ${kubeConfigFile}: ${(error as Error).message}`, { cause: error });
  }
}

const names = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
