import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip } from '../../framework/status.ts';
import { PODS } from '../../state/resource-table.ts';

const NAME = 'NodeResourcesBalancedAllocation';

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources?: readonly { readonly name: string; readonly weight: number }[];
}

const DEFAULT_RESOURCES = [{ name: 'cpu' }, { name: 'memory' }];

/**
 * Prefers nodes whose resources would be used more to the same degree than they are without the pod; has no opinion on
 * pods that ask for none.
 */
export function nodeResourcesBalancedAllocation(
  { state }: PluginContext,
  args: NodeResourcesBalancedAllocationArgs = {},
): Plugin {
  const table = state.resources;
  const columns = (args.resources ?? DEFAULT_RESOURCES).map(({ name }) => table.columnOf(name));
  return {
    name: NAME,
    isLocal: true,
    preScore: ({ pod }) =>
      columns.some((column) => pod.class.requests.columns.includes(column)) ? undefined : skip(NAME),
    score({ pod }, { slot }) {
      const [before, after]: [number[], number[]] = [[], []];
      const { requests } = pod.class;
      for (const column of columns) {
        const capacity = table.allocatable[column]?.[slot] ?? 0;
        const index = requests.columns.indexOf(column);
        if (capacity === 0 || (column > PODS && index < 0)) continue;
        const used = table.requested[column]?.[slot] ?? 0;
        before.push(Math.min(1, used / capacity));
        after.push(Math.min(1, (used + (index < 0 ? 0 : (requests.values[index] as number))) / capacity));
      }
      return HALF + Math.trunc((HALF + balance(after) - balance(before)) / 2);
    },
  };
}

const HALF = MAX_NODE_SCORE / 2;

/** The more, the more these are alike: at least half of the highest score. */
const balance = (fractions: readonly number[]): number => Math.trunc((1 - deviation(fractions)) * MAX_NODE_SCORE);

/** The standard deviation. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  // Of two numbers it is half their distance: said so, rounding errors do not cost a point.
  if (values.length === 2) return Math.abs(((values[0] as number) - (values[1] as number)) / 2);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
