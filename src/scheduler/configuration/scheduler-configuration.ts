import { ConfigFileError, readConfigFile } from '#machinery/codec/config-file.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { duplicate, type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { bool, type Infer, int32, int64, json, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { ExtenderOptions } from '../extender/extender.ts';
import type { Profile } from '../framework/profile.ts';
import { ExtenderConfiguration, ignoredResources, toExtenderOptions, validateExtenders } from './extender-options.ts';
import {
  ClientConnectionConfiguration,
  LeaderElectionConfiguration,
  validateClientConnection,
  validateLeaderElection,
} from './leader-options.ts';
import { pluginArgs } from './plugin-args.ts';
import { pluginsFault } from './plugin-points.ts';
import { choosePlugins, extensionPoints, type PluginSets, pluginOrder } from './plugin-sets.ts';

const GROUP = 'kubescheduler.config.k8s.io';
const PREFIX = 'io.k8s.kube-scheduler.config.v1';

const Plugin = message(`${PREFIX}.Plugin`, { name: opt(1, string), weight: opt(2, int32) });
const EnabledAndDisabled = message(`${PREFIX}.PluginSet`, {
  enabled: opt(1, list(Plugin)),
  disabled: opt(2, list(Plugin)),
});
const Plugins = message(
  `${PREFIX}.Plugins`,
  Object.fromEntries(
    [...extensionPoints, 'multiPoint'].map((name, index) => [name, opt(index + 1, EnabledAndDisabled)]),
  ),
);
const SchedulerProfile = message(`${PREFIX}.KubeSchedulerProfile`, {
  schedulerName: ptr(1, string),
  percentageOfNodesToScore: ptr(2, int32),
  plugins: ptr(3, Plugins),
  pluginConfig: opt(4, list(message(`${PREFIX}.PluginConfig`, { name: opt(1, string), args: opt(2, json) }))),
});
type SchedulerProfile = Infer<typeof SchedulerProfile>;

const KubeSchedulerConfiguration = message(`${PREFIX}.KubeSchedulerConfiguration`, {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  parallelism: ptr(1, int32),
  leaderElection: opt(2, LeaderElectionConfiguration),
  clientConnection: opt(3, ClientConnectionConfiguration),
  enableProfiling: ptr(4, bool),
  enableContentionProfiling: ptr(5, bool),
  percentageOfNodesToScore: ptr(6, int32),
  podInitialBackoffSeconds: ptr(7, int64),
  podMaxBackoffSeconds: ptr(8, int64),
  profiles: opt(9, list(SchedulerProfile)),
  extenders: opt(10, list(ExtenderConfiguration)),
  delayCacheUntilActive: opt(11, bool),
});
type KubeSchedulerConfiguration = Infer<typeof KubeSchedulerConfiguration>;

/** What a configuration file says, as far as a scheduler inside this process can heed it. */
export interface SchedulerConfiguration {
  readonly profiles: readonly Profile[];
  readonly podInitialBackoffMs: number;
  readonly podMaxBackoffMs: number;
  /** Servers that have a say, in the order in which they are asked. */
  readonly extenders?: readonly ExtenderOptions[];
}

/**
 * Reads upstream's KubeSchedulerConfiguration. How to reach the API server, how many threads there are and who leads is
 * decided elsewhere. Throws a `ConfigFileError`.
 */
export function readSchedulerConfiguration(text: string): SchedulerConfiguration {
  const configuration = readConfigFile(text, KubeSchedulerConfiguration, {
    apiVersions: [`${GROUP}/v1`],
    kind: 'KubeSchedulerConfiguration',
    validate,
  });
  for (const { schedulerName, plugins } of profilesOf(configuration)) {
    const fault = pluginsFault(schedulerName ?? '', (plugins ?? {}) as PluginSets);
    if (fault === undefined) continue;
    throw new ConfigFileError(`initializing profiles: creating profile for scheduler name ${schedulerName}: ${fault}`);
  }
  const { podInitialBackoffSeconds, podMaxBackoffSeconds, percentageOfNodesToScore, extenders = [] } = configuration;
  const ignored = ignoredResources(extenders);
  return {
    profiles: profilesOf(configuration)
      .map((profile) => toProfile(profile, percentageOfNodesToScore ?? 0))
      .map((profile) => (ignored.length > 0 ? withoutResources(profile, ignored) : profile)),
    podInitialBackoffMs: (podInitialBackoffSeconds ?? 1) * 1000,
    podMaxBackoffMs: (podMaxBackoffSeconds ?? 10) * 1000,
    ...(extenders.length > 0 ? { extenders: extenders.map(toExtenderOptions) } : {}),
  };
}

/** The same profile, leaving it to extenders to see to these resources. */
function withoutResources(profile: Profile, names: readonly string[]): Profile {
  const fit = profile.args?.['NodeResourcesFit'] as { readonly ignoredResources?: readonly string[] } | undefined;
  const ignored = [...(fit?.ignoredResources ?? []), ...names];
  return { ...profile, args: { ...profile.args, NodeResourcesFit: { ...fit, ignoredResources: ignored } } };
}

/** One profile of the default name stands for none, and the only profile needs no name. */
function profilesOf({ profiles = [] }: KubeSchedulerConfiguration): readonly SchedulerProfile[] {
  if (profiles.length === 0) return [{ schedulerName: DEFAULT_NAME }];
  return profiles.length === 1
    ? profiles.map((each) => ({ ...each, schedulerName: each.schedulerName || DEFAULT_NAME }))
    : profiles;
}

const DEFAULT_NAME = 'default-scheduler';

function toProfile(
  { schedulerName, plugins, pluginConfig = [], ...rest }: SchedulerProfile,
  percentage: number,
): Profile {
  return {
    schedulerName: schedulerName as string,
    plugins: choosePlugins((plugins ?? {}) as PluginSets),
    order: pluginOrder((plugins ?? {}) as PluginSets),
    args: Object.fromEntries(pluginConfig.map(({ name = '', args }) => [name, decodeArgs(name, args).args])),
    percentageOfNodesToScore: rest.percentageOfNodesToScore ?? percentage,
  };
}

/** The arguments of a plugin with what is not said filled in, and what is wrong with their form. */
function decodeArgs(name: string, args: unknown): { readonly args: unknown; readonly problems: readonly string[] } {
  const entry = pluginArgs.get(name);
  if (entry === undefined) return { args, problems: [] };
  const kind = (args as { readonly kind?: unknown } | undefined)?.kind;
  if (kind !== undefined && kind !== '' && kind !== `${name}Args`) {
    const [wanted, found] = [`${name}Args`, kind].map((each) => `${each}.${GROUP}`);
    return { args: {}, problems: [`args for plugin ${name} were not of type ${wanted}, got ${found}`] };
  }
  const { object, problems } = decodeValue(args ?? {}, entry.schema);
  return { args: entry.complete ? entry.complete(object as never) : object, problems };
}

function validate(configuration: KubeSchedulerConfiguration): FieldError[] {
  const { parallelism, percentageOfNodesToScore, extenders = [] } = configuration;
  const { podInitialBackoffSeconds: initial = 1, podMaxBackoffSeconds: longest = 10 } = configuration;
  const profiles = profilesOf(configuration);
  const path = new FieldPath('profiles');
  return [
    ...validateClientConnection(configuration.clientConnection),
    ...validateLeaderElection(configuration.leaderElection),
    ...((parallelism ?? 16) <= 0
      ? [invalid(new FieldPath('parallelism'), parallelism, 'should be an integer value greater than zero')]
      : []),
    ...profiles.flatMap((profile, index) => validateProfile(path.index(index), profile)),
    ...profiles.flatMap(({ schedulerName }, index) => {
      const first = profiles.findIndex((each) => each.schedulerName === schedulerName);
      return first < index
        ? [duplicate(path.index(index).child('schedulerName'), String(path.index(first).child('schedulerName')))]
        : [];
    }),
    ...validateQueueSort(
      path,
      profiles.map(({ plugins }) => queueSortOf((plugins ?? {}) as PluginSets)),
    ),
    ...validatePercentage(new FieldPath('percentageOfNodesToScore'), percentageOfNodesToScore),
    ...((initial ?? 1) <= 0
      ? [invalid(new FieldPath('podInitialBackoffSeconds'), initial, 'must be greater than 0')]
      : []),
    ...((longest ?? 10) < (initial ?? 1)
      ? [
          invalid(
            new FieldPath('podMaxBackoffSeconds'),
            longest,
            'must be greater than or equal to PodInitialBackoffSeconds',
          ),
        ]
      : []),
    ...validateExtenders(extenders),
  ];
}

const validatePercentage = (path: FieldPath, value: number | null | undefined): FieldError[] =>
  value !== undefined && value !== null && (value < 0 || value > 100)
    ? [invalid(path, value, 'not in valid range [0-100]')]
    : [];

function validateProfile(path: FieldPath, profile: SchedulerProfile): FieldError[] {
  const { schedulerName, percentageOfNodesToScore, pluginConfig = [] } = profile;
  return [
    ...(schedulerName ? [] : [required(path.child('schedulerName'))]),
    ...validatePercentage(path.child('percentageOfNodesToScore'), percentageOfNodesToScore),
    ...pluginConfig.flatMap(({ name = '', args }, index) => {
      const at = path.child('pluginConfig').index(index);
      const isRepeated = pluginConfig.slice(0, index).some((other) => other.name === name);
      return [...(isRepeated ? [duplicate(at, name)] : []), ...validateArgs(at.child('args'), name, args)];
    }),
  ];
}

/** The pods of all profiles wait in one queue. */
function validateQueueSort(path: FieldPath, [first, ...others]: readonly QueueSort[]): FieldError[] {
  const count = first?.Enabled?.length ?? 0;
  const tooMany = invalid(
    path.index(0).child('plugins', 'queueSort', 'Enabled'),
    count,
    'only one queue sort plugin can be enabled',
  );
  return [
    ...(count > 1 ? [tooMany] : []),
    ...others.flatMap((other, index) =>
      deepEqual(first, other)
        ? []
        : [invalid(path.index(index + 1).child('plugins', 'queueSort'), other, 'has to match for all profiles')],
    ),
  ];
}

/** A set of plugins as upstream's messages show it. */
interface QueueSort {
  readonly Enabled: readonly { readonly Name: string; readonly Weight: number }[] | null;
  readonly Disabled: readonly { readonly Name: string; readonly Weight: number }[] | null;
}

function queueSortOf({ queueSort: { enabled = [], disabled = [] } = {} }: PluginSets): QueueSort {
  const show = (plugins: readonly { readonly name?: string; readonly weight?: number }[]) =>
    plugins.length === 0 ? null : plugins.map(({ name = '', weight = 0 }) => ({ Name: name, Weight: weight }));
  return { Enabled: show(enabled), Disabled: show(disabled) };
}

function validateArgs(path: FieldPath, name: string, args: unknown): FieldError[] {
  const entry = pluginArgs.get(name);
  if (entry === undefined) return [];
  const decoded = decodeArgs(name, args);
  return [
    ...decoded.problems.map((problem) => invalid(path, name, problem)),
    ...entry.validate(path, decoded.args as never),
  ];
}
