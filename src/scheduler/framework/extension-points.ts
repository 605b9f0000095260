import type { Plugin } from './plugin.ts';

/** Where plugins have a say, in the order in which a pod comes by. */
const POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'placementGenerate',
  'placementScore',
] as const;
export type ExtensionPoint = (typeof POINTS)[number];

/** Names of plugins in their order, for points at which it differs from that of the profile. */
export type PluginOrder = Partial<Readonly<Record<ExtensionPoint, readonly string[]>>>;

export type Participants = Readonly<Record<ExtensionPoint, readonly Plugin[]>>;

/** The plugins that have a say at each point, in the order in which they run there. */
export function participants(plugins: readonly Plugin[], order: PluginOrder): Participants {
  const at = (point: ExtensionPoint) => orderedFor(point, plugins, order).filter((plugin) => takesPart(plugin, point));
  return Object.fromEntries(POINTS.map((point) => [point, at(point)])) as unknown as Participants;
}

/** Binding is what the scheduler itself does. */
function takesPart(plugin: Plugin, point: ExtensionPoint): boolean {
  if (point === 'bind') return false;
  if (point === 'placementGenerate') return plugin.generatePlacements !== undefined;
  if (point === 'placementScore') return plugin.scorePlacement !== undefined;
  return plugin[point] !== undefined || (point === 'preFilter' && plugin.filter !== undefined);
}

/** Those that the order of the point does not name come last. */
function orderedFor(point: ExtensionPoint, plugins: readonly Plugin[], order: PluginOrder): readonly Plugin[] {
  const names = order[point];
  if (names === undefined) return plugins;
  const placeOf = ({ name }: Plugin) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...plugins].sort((a, b) => placeOf(a) - placeOf(b));
}
