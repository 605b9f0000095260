import { ConfigFileError, readConfigFile } from '#machinery/codec/config-file.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { type Infer, list, message, opt, rawExtension, string } from '#machinery/schema/schema.ts';

const PluginConfiguration = message('AdmissionPluginConfiguration', {
  name: opt(1, string),
  path: opt(2, string),
  configuration: opt(3, rawExtension),
});
interface PluginConfiguration extends Infer<typeof PluginConfiguration> {}

const Configuration = message('AdmissionConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  plugins: opt(1, list(PluginConfiguration)),
});

/** The text of a file that the configuration names, relative to itself. */
export type ReadOther = (path: string) => Promise<string>;

/**
 * Reads an `AdmissionConfiguration`: the configuration of each plugin as text, by the plugin's name. Rejects with a
 * `ConfigFileError`.
 */
export async function readAdmissionConfiguration(text: string, readOther: ReadOther): Promise<Record<string, string>> {
  const { plugins = [] } = readConfigFile(text, Configuration, {
    apiVersions: ['apiserver.config.k8s.io/v1'],
    kind: 'AdmissionConfiguration',
    validate: (configuration) =>
      (configuration.plugins ?? []).flatMap(({ name }, index) =>
        name ? [] : [required(new FieldPath('plugins').index(index).child('name'))],
      ),
  });
  const found: Record<string, string> = {};
  for (const plugin of plugins) {
    const own = await textOf(plugin, readOther);
    // As upstream has it, the first one of a name counts.
    if (own !== undefined) found[plugin.name ?? ''] ??= own;
  }
  return found;
}

async function textOf({ name, path, configuration }: PluginConfiguration, readOther: ReadOther) {
  if (configuration !== undefined && configuration !== null) return JSON.stringify(configuration);
  if (!path) return undefined;
  try {
    return await readOther(path);
  } catch (error) {
    throw new ConfigFileError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
