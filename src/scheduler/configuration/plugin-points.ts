import type { ExtensionPoint } from '../framework/extension-points.ts';
import type { PluginSets } from './plugin-sets.ts';

/** Where each plugin can be enabled: wherever it has a say upstream, whether or not it needs to have one here. */
const POINTS: Readonly<Record<string, readonly ExtensionPoint[]>> = {
  SchedulingGates: ['preEnqueue'],
  PrioritySort: ['queueSort'],
  NodeUnschedulable: ['filter'],
  NodeName: ['filter'],
  TaintToleration: ['filter', 'preScore', 'score'],
  NodeAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  NodePorts: ['preFilter', 'filter'],
  NodeResourcesFit: ['preFilter', 'filter', 'preScore', 'score', 'placementScore'],
  VolumeRestrictions: ['preFilter', 'filter'],
  NodeVolumeLimits: ['preFilter', 'filter'],
  VolumeBinding: ['preFilter', 'filter', 'preScore', 'score', 'reserve', 'preBind'],
  VolumeZone: ['preFilter', 'filter'],
  PodTopologySpread: ['preFilter', 'filter', 'preScore', 'score'],
  InterPodAffinity: ['preFilter', 'filter', 'preScore', 'score'],
  DynamicResources: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'preBind'],
  DefaultPreemption: ['preEnqueue', 'postFilter'],
  NodeResourcesBalancedAllocation: ['preScore', 'score'],
  ImageLocality: ['score'],
  NodeDeclaredFeatures: ['preFilter', 'filter'],
  GangScheduling: ['preEnqueue', 'reserve', 'permit'],
  TopologyPlacementGenerator: ['placementGenerate'],
  PodGroupPodsCount: ['placementScore'],
  DefaultBinder: ['bind'],
};

/** Upstream's order of looking at a profile's points, with its names of what plugins are there. */
const KINDS: readonly (readonly [ExtensionPoint, string])[] = [
  ['preFilter', 'PreFilterPlugin'],
  ['filter', 'FilterPlugin'],
  ['postFilter', 'PostFilterPlugin'],
  ['reserve', 'ReservePlugin'],
  ['preScore', 'PreScorePlugin'],
  ['score', 'ScorePlugin'],
  ['preBind', 'PreBindPlugin'],
  ['bind', 'BindPlugin'],
  ['postBind', 'PostBindPlugin'],
  ['permit', 'PermitPlugin'],
  ['preEnqueue', 'PreEnqueuePlugin'],
  ['queueSort', 'QueueSortPlugin'],
  ['placementGenerate', 'PlacementGeneratePlugin'],
  ['placementScore', 'PlacementScorePlugin'],
];

/** Why no profile of that name can be made with these plugins, as upstream says it; undefined when one can. */
export function pluginsFault(schedulerName: string, sets: PluginSets): string | undefined {
  const sorts = running(sets, 'queueSort').length;
  const of = `for profile with scheduler name ${JSON.stringify(schedulerName)}`;
  return (
    namesFault(sets) ??
    (sorts === 1 ? undefined : `only one queue sort plugin required ${of}, but got ${sorts}`) ??
    (running(sets, 'bind').length > 0 ? undefined : `at least one bind plugin is needed ${of}`)
  );
}

function namesFault(sets: PluginSets): string | undefined {
  for (const [point, kind] of KINDS) {
    const names = enabledAt(sets, point);
    for (const [index, name] of names.entries()) {
      const points = POINTS[name];
      if (points === undefined) return `${kind} ${JSON.stringify(name)} does not exist`;
      if (!points.includes(point)) return `plugin ${JSON.stringify(name)} does not extend ${kind} plugin`;
      if (names.indexOf(name) < index)
        return `plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(kind)}`;
    }
  }
  return everywhereFault(sets);
}

/** Plugins of the multiPoint set are looked up at the first point, and found to be there twice where they first have a say. */
function everywhereFault(sets: PluginSets): string | undefined {
  const names = enabledAt(sets, 'multiPoint');
  const unknown = names.find((name) => POINTS[name] === undefined);
  if (unknown !== undefined) return `PreFilterPlugin ${JSON.stringify(unknown)} does not exist`;
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated === undefined) return undefined;
  const kind = KINDS.find(([point]) => POINTS[repeated]?.includes(point))?.[1];
  return `plugin ${JSON.stringify(repeated)} already registered as ${JSON.stringify(kind)}`;
}

function running(sets: PluginSets, point: ExtensionPoint): string[] {
  const everywhere = Object.keys(POINTS).filter((name) => !isDisabled(sets, 'multiPoint', name));
  const base = [...everywhere, ...enabledAt(sets, 'multiPoint')].filter((name) => !isDisabled(sets, point, name));
  const names = new Set([...enabledAt(sets, point), ...base]);
  return [...names].filter((name) => POINTS[name]?.includes(point));
}

const enabledAt = (sets: PluginSets, point: keyof PluginSets): string[] =>
  (sets[point]?.enabled ?? []).map(({ name = '' }) => name);

const isDisabled = (sets: PluginSets, point: keyof PluginSets, name: string): boolean =>
  (sets[point]?.disabled ?? []).some((each) => each.name === '*' || each.name === name);
