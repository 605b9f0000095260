import { type Amounts, ONE } from './amounts.ts';
import { countName, type Evaluator, isCreation } from './evaluator.ts';

/** Kinds that quotas counted before every kind could be counted, under their bare names. */
export const COUNTED_BY_BARE_NAME: ReadonlySet<string> = new Set([
  'configmaps',
  'resourcequotas',
  'replicationcontrollers',
  'secrets',
]);

/** Counts the objects of a kind of which nothing else is known. */
export function objectCount(resource: string): Evaluator {
  const names = [countName(resource), ...(COUNTED_BY_BARE_NAME.has(resource) ? [resource] : [])];
  const usage: Amounts = new Map(names.map((name) => [name, ONE]));
  return {
    resource,
    handles: isCreation,
    measures: (name) => names.includes(name),
    inScope: () => false,
    usage: () => usage,
  };
}
