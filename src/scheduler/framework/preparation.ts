import type { Filters, Narrowing } from './node-search.ts';
import type { Cycle, Plugin } from './plugin.ts';
import { failureOf } from './plugin-failure.ts';
import type { Status } from './status.ts';

/** What a pod has to pass, and the nodes to which that narrows the search. */
export interface Prepared {
  readonly filters: Filters;
  readonly names?: Narrowing;
}

/** What comes before the filters: which of them a pod needs. */
export class Preparation {
  readonly #preFilters: readonly Plugin[];
  readonly #filters: readonly Plugin[];
  /** By the plugins that are left, a bit for each: most pods need the same. */
  readonly #known = new Map<number, Prepared>();

  /** `preFilters`: every plugin that filters, and those that only look at the pod. */
  constructor(preFilters: readonly Plugin[], filters: readonly Plugin[]) {
    this.#preFilters = preFilters;
    this.#filters = filters;
  }

  run(cycle: Cycle): Status | Prepared {
    const plugins = this.#preFilters;
    let left = 0;
    let names: Narrowing | undefined;
    for (let index = 0, bit = 1; index < plugins.length; index++, bit *= 2) {
      const plugin = plugins[index] as Plugin;
      const result = preFilter(plugin, cycle);
      if (result === undefined) left += bit;
      else if ('nodeNames' in result) {
        names = narrowed(names, result.nodeNames, plugin.name);
        left += bit;
      } else if (result.code !== 'Skip') return result;
    }
    const prepared = this.#prepared(left);
    return names ? { ...prepared, names } : prepared;
  }

  #prepared(left: number): Prepared {
    let known = this.#known.get(left);
    if (known === undefined) {
      const plugins = this.#preFilters.filter((_, index) => Math.floor(left / 2 ** index) % 2 === 1);
      const asked = this.#filters.filter((plugin) => plugins.includes(plugin));
      known = { filters: { local: asked.filter(isLocal), wide: asked.filter((plugin) => !isLocal(plugin)) } };
      this.#known.set(left, known);
    }
    return known;
  }
}

function preFilter(plugin: Plugin, cycle: Cycle): ReturnType<NonNullable<Plugin['preFilter']>> {
  try {
    return plugin.preFilter?.(cycle);
  } catch (error) {
    throw failureOf(`running PreFilter plugin "${plugin.name}"`, error);
  }
}

const isLocal = (plugin: Plugin): boolean => plugin.isLocal === true;

const narrowed = (before: Narrowing | undefined, names: ReadonlySet<string>, plugin: string): Narrowing => ({
  names: before ? new Set([...before.names].filter((name) => names.has(name))) : names,
  plugins: [...(before?.plugins ?? []), plugin].sort(),
});
