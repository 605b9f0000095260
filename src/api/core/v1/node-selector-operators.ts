import type { Operator } from '#machinery/selectors/requirement.ts';

/** The operators of node selectors, and what they are called within requirements of selectors. */
export const nodeSelectorOperators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};
