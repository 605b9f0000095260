import type { Plugin } from './plugin.ts';

/** Where plugins have a say, in the order in which a pod comes by. */
export type ExtensionPoint =
  | 'preEnqueue'
  | 'queueSort'
  | 'preFilter'
  | 'filter'
  | 'postFilter'
  | 'preScore'
  | 'score'
  | 'reserve'
  | 'permit'
  | 'preBind'
  | 'bind'
  | 'postBind';

/** Names of plugins in their order, for points at which it differs from that of the profile. */
export type PluginOrder = Partial<Readonly<Record<ExtensionPoint, readonly string[]>>>;

/** The plugins in the order in which they run at a point; those that its order does not name come last. */
export function orderedFor(point: ExtensionPoint, plugins: readonly Plugin[], order: PluginOrder): readonly Plugin[] {
  const names = order[point];
  if (names === undefined) return plugins;
  const placeOf = ({ name }: Plugin) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...plugins].sort((a, b) => placeOf(a) - placeOf(b));
}
