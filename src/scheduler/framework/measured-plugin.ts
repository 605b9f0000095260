import type { Clock } from '#base/clock.ts';
import type { Cell } from '#base/metrics/metric-registry.ts';
import type { Cycle, Plugin } from './plugin.ts';

/** Where the plugins of a profile are measured. */
export interface PluginMeasures {
  /** How often a plugin was asked at an extension point. */
  readonly evaluations: (plugin: string, point: string) => Cell;
  /** How long a plugin took, and what came of it. */
  readonly took: (plugin: string, point: string, status: string, seconds: number) => void;
}

type Work = (cycle: Cycle, second: never, third?: never) => unknown;

/** Points by what of a plugin runs there, under upstream's names. */
const TIMED = {
  preFilter: 'PreFilter',
  filter: 'Filter',
  postFilter: 'PostFilter',
  preScore: 'PreScore',
  score: 'Score',
  scoreAll: 'Score',
  normalize: 'ScoreExtensionNormalize',
  reserve: 'Reserve',
  unreserve: 'Unreserve',
  permit: 'Permit',
  preBind: 'PreBind',
  postBind: 'PostBind',
} as const satisfies Partial<Record<keyof Plugin, string>>;
type Timed = keyof typeof TIMED;

/** Those of which it is counted how often they are asked. */
const COUNTED: ReadonlySet<string> = new Set(['PreFilter', 'Filter', 'PreScore', 'Score']);

/** Those that are asked about one node after another. */
const EACH_NODE: ReadonlySet<string> = new Set<Timed>(['filter', 'score']);

/** The same plugin, telling how often it was asked and, in sampled cycles, how long it took. */
export function measuredPlugin(
  plugin: Plugin,
  { clock, measures }: { readonly clock: Clock; readonly measures: PluginMeasures },
): Plugin {
  const timed = (Object.keys(TIMED) as Timed[]).flatMap((name) => {
    const work = plugin[name] as Work | undefined;
    if (work === undefined) return [];
    const point = TIMED[name];
    const asked = COUNTED.has(point) ? measures.evaluations(plugin.name, point) : undefined;
    const took = (result: unknown, startedAt: number) =>
      measures.took(plugin.name, point, statusOf(result), (clock.monotonic() - startedAt) / 1000);
    const watch = { asked, took, clock };
    const measured = EACH_NODE.has(name) ? ofEachNode(work, watch) : measuredWork(work, watch, name === 'scoreAll');
    return [[name, measured] as const];
  });
  return { ...plugin, ...Object.fromEntries(timed) };
}

interface Watch {
  readonly asked: Cell | undefined;
  readonly took: (result: unknown, startedAt: number) => void;
  readonly clock: Clock;
}

/** What is asked thousands of times for one pod: nothing more is done here than has to be. */
function ofEachNode(work: Work, { asked, took, clock }: Watch): Work {
  return (cycle, node) => {
    asked?.inc();
    if (!cycle.isSampled) return work(cycle, node);
    const startedAt = clock.monotonic();
    const result = work(cycle, node);
    took(result, startedAt);
    return result;
  };
}

/** `isMany`: asked about many nodes at once. */
function measuredWork(work: Work, { asked, took, clock }: Watch, isMany: boolean): Work {
  return (cycle, second, third) => {
    const startedAt = cycle.isSampled ? clock.monotonic() : 0;
    const result = work(cycle, second, third);
    if (asked && !isSkip(result)) asked.inc(isMany ? (second as Int32Array).length : 1);
    if (!cycle.isSampled) return result;
    if (result instanceof Promise) return result.finally(() => took(undefined, startedAt));
    took(result, startedAt);
    return result;
  };
}

/** Asked of everything that a plugin says: results are `undefined`, numbers or statuses. */
const isSkip = (result: unknown): boolean =>
  result !== undefined && (result as { readonly code?: string }).code === 'Skip';

function statusOf(result: unknown): string {
  if (typeof result !== 'object' || result === null) return 'Success';
  if ('code' in result) return String(result.code);
  if ('waitMs' in result) return 'Wait';
  return 'reasons' in result && result.reasons !== undefined ? 'Unschedulable' : 'Success';
}
