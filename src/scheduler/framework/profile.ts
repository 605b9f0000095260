import { type PluginEntry, pluginRegistry } from '../plugins/plugin-registry.ts';
import type { WeightedPlugin } from './class-results.ts';
import type { PluginOrder } from './extension-points.ts';
import { Framework } from './framework.ts';
import { measuredPlugin } from './measured-plugin.ts';
import type { Plugin } from './plugin.ts';
import type { PluginContext } from './plugin-context.ts';

/** A plugin, what its scores weigh, and what of it does not run. */
export interface PluginChoice {
  readonly name: string;
  readonly weight?: number;
  readonly without?: readonly (keyof Plugin)[];
}

/** Pods of one schedulerName and the plugins that decide about them. */
export interface Profile {
  readonly schedulerName: string;
  /** Plugins in order; all of them with their default weights when absent. */
  readonly plugins?: readonly PluginChoice[];
  /** Points at which they run in another order. */
  readonly order?: PluginOrder;
  /** Arguments by plugin name. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly percentageOfNodesToScore?: number;
}

/** Binding is what the scheduler itself does. */
const BINDER = 'DefaultBinder';

export const defaultProfile: Profile = { schedulerName: 'default-scheduler' };

/** Makes the plugins of a profile. Throws on a name that no plugin has. */
export function createFramework(profile: Profile, context: Omit<PluginContext, 'fits' | 'isLocal'>): Framework {
  let framework: Framework | undefined;
  const own: PluginContext = {
    ...context,
    fits: (cycle, node) => framework?.fits(cycle, node),
    isLocal: (cycle) => framework?.isLocal(cycle) ?? false,
  };
  const measures = context.metrics.plugins.measuresOf(profile.schedulerName);
  const choices: readonly PluginChoice[] = profile.plugins ?? [...pluginRegistry.keys()].map((name) => ({ name }));
  const known = choices.filter(({ name }) => name !== BINDER);
  const plugins = known.map(({ name, without = [], ...chosen }): WeightedPlugin => {
    const entry = pluginRegistry.get(name);
    if (entry === undefined) throw new Error(`create profile ${profile.schedulerName}: no plugin named ${name}`);
    const plugin = {
      ...create(entry, own, profile.args?.[name]),
      ...Object.fromEntries(without.map((each) => [each, undefined])),
    };
    return { plugin: measuredPlugin(plugin, { clock: context.clock, measures }), weight: weightOf(entry, chosen) };
  });
  framework = new Framework(plugins, {
    ...context,
    ...percentage(profile),
    order: profile.order ?? {},
    observe: context.metrics.plugins.pointsOf(profile.schedulerName),
    hinted: (plugin, event, isHelpful, startedAt) => context.metrics.events.hinted(plugin, event, isHelpful, startedAt),
    batched: context.metrics.plugins.batchesOf(profile.schedulerName),
  });
  return framework;
}

const create = (entry: PluginEntry, context: PluginContext, args: unknown) =>
  (entry.create as (context: PluginContext, args?: unknown) => WeightedPlugin['plugin'])(context, args);

const weightOf = (entry: PluginEntry, chosen: { readonly weight?: number }): number =>
  chosen.weight || entry.weight || 1;

const percentage = ({ percentageOfNodesToScore }: Profile) =>
  percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore };
