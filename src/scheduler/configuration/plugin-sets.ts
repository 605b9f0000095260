import type { ExtensionPoint, PluginOrder } from '../framework/extension-points.ts';
import type { Plugin } from '../framework/plugin.ts';
import { pluginRegistry } from '../plugins/plugin-registry.ts';

export interface PluginSet {
  readonly enabled?: readonly { readonly name?: string; readonly weight?: number }[];
  readonly disabled?: readonly { readonly name?: string }[];
}

/** What of a plugin runs at each extension point. */
const POINTS = {
  preEnqueue: ['preEnqueue'],
  queueSort: ['queueSort'],
  // Filters work with what was prepared for them.
  preFilter: ['preFilter', 'filter'],
  filter: ['filter'],
  postFilter: ['postFilter', 'postFilterGroup'],
  preScore: ['preScore'],
  score: ['score', 'scoreAll', 'normalize'],
  reserve: ['reserve', 'unreserve'],
  permit: ['permit'],
  preBind: ['preBind', 'needsPreBind'],
  bind: [],
  postBind: ['postBind'],
  placementGenerate: ['generatePlacements'],
  placementScore: ['scorePlacement', 'normalizePlacements'],
} as const satisfies Record<ExtensionPoint, readonly (keyof Plugin)[]>;

export const extensionPoints = Object.keys(POINTS) as readonly ExtensionPoint[];

/** Everything that a plugin does. */
const FUNCTIONS: readonly (keyof Plugin)[] = [...new Set(Object.values(POINTS).flat())];

/** A plugin as a profile wants it. */
export interface ChosenPlugin {
  readonly name: string;
  readonly weight?: number;
  /** What of it does not run. */
  readonly without?: readonly (keyof Plugin)[];
}

export type PluginSets = Partial<Readonly<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;

/** The default plugins as changed by a profile: first by its multiPoint set, then point by point. */
export function choosePlugins(sets: PluginSets): ChosenPlugin[] {
  const base = basePlugins(sets);
  const named = extensionPoints.flatMap((point) => (sets[point]?.enabled ?? []).map(({ name = '' }) => name));
  const all = new Set([...base.keys(), ...named]);
  return [...all].map((name) => {
    const running = new Set<keyof Plugin>();
    for (const point of extensionPoints) {
      const set = sets[point] ?? {};
      const isEnabled = (set.enabled ?? []).some((each) => each.name === name);
      if (isEnabled || (base.has(name) && !isDisabled(set, name))) for (const each of POINTS[point]) running.add(each);
    }
    if (base.has(name) && isDisabled(sets.filter ?? {}, name)) running.delete('filter');
    const weight = sets.score?.enabled?.find((each) => each.name === name)?.weight || base.get(name);
    const without = FUNCTIONS.filter((each) => !running.has(each));
    return { name, ...(weight ? { weight } : {}), ...(without.length > 0 ? { without } : {}) };
  });
}

/** Plugins that run at all their points, with their weights: the default ones, then those that multiPoint adds. */
function basePlugins({ multiPoint = {} }: PluginSets): Map<string, number | undefined> {
  const base = new Map<string, number | undefined>();
  for (const name of pluginRegistry.keys()) if (!isDisabled(multiPoint, name)) base.set(name, undefined);
  for (const { name = '', weight } of multiPoint.enabled ?? []) base.set(name, weight || undefined);
  return base;
}

/**
 * The order of plugins where a point has one of its own: those come first that the point names although they run
 * everywhere, in the order in which it names them, then the others that run everywhere, then those that it adds.
 */
export function pluginOrder(sets: PluginSets): PluginOrder {
  const base = basePlugins(sets);
  const order: Partial<Record<ExtensionPoint, readonly string[]>> = {};
  for (const point of extensionPoints) {
    const named = (sets[point]?.enabled ?? []).map(({ name = '' }) => name);
    if (named.length === 0) continue;
    const isEverywhere = (name: string) => base.has(name);
    const kept = [...base.keys()].filter((name) => !named.includes(name));
    order[point] = [...named.filter(isEverywhere), ...kept, ...named.filter((name) => !isEverywhere(name))];
  }
  return order;
}

const isDisabled = ({ disabled = [] }: PluginSet, name: string): boolean =>
  disabled.some((each) => each.name === '*' || each.name === name);
