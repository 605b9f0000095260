import { type AdmissionPluginChoice, pluginChoiceError } from '#apiserver/admission/plugins.ts';
import { CommandError } from './command-error.ts';

/** Flags that say which admission plugins run, beside the default ones. */
export interface AdmissionFlags {
  readonly enableAdmissionPlugins?: string;
  readonly disableAdmissionPlugins?: string;
}

/** Every cluster keeps its node agents to what is theirs, as kubeadm has it. */
const ALWAYS = ['NodeRestriction'];

/** Reads lists of names with commas. Throws a `CommandError` for names that no plugin has, or that are in both lists. */
export function readAdmissionFlags(flags: AdmissionFlags): AdmissionPluginChoice {
  const disable = names(flags.disableAdmissionPlugins);
  const enable = [
    ...names(flags.enableAdmissionPlugins),
    ...ALWAYS.filter((name) => !disable.includes(name) && !names(flags.enableAdmissionPlugins).includes(name)),
  ];
  const choice = { enableAdmissionPlugins: enable, disableAdmissionPlugins: disable };
  const error = pluginChoiceError(choice);
  if (error !== undefined) throw new CommandError(`read admission plugins: ${error}`, { exitCode: 2 });
  return choice;
}

const names = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
