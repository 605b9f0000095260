import type { NodeSelectorRequirement, NodeSelectorTerm } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { own } from '#base/table.ts';

/** Whether a node fits one of the terms; none at all fits nothing. */
export const matchesTerms = (node: Node, terms: readonly NodeSelectorTerm[]): boolean =>
  terms.some((term) => matchesTerm(node, term));

/** Whether a node fits all of a term; an empty term fits nothing. */
export function matchesTerm(node: Node, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata?.labels ?? {};
  return (
    matchExpressions.every((requirement) => holds(requirement, own(labels, requirement.key))) &&
    matchFields.every((requirement) =>
      holds(requirement, requirement.key === 'metadata.name' ? node.metadata?.name : undefined),
    )
  );
}

function holds({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return comparesTo(operator, value, values[0]);
    default:
      return false;
  }
}

function comparesTo(operator: 'Gt' | 'Lt', value: string | undefined, limit: string | undefined): boolean {
  const whole = /^-?\d+$/;
  if (value === undefined || limit === undefined || !whole.test(value) || !whole.test(limit)) return false;
  return operator === 'Gt' ? Number(value) > Number(limit) : Number(value) < Number(limit);
}

/** Whether a node has what a pod's node selector and required node affinity ask for. */
export function requiredAffinityMatches({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(spec?.nodeSelector ?? {})) if (labels[key] !== value) return false;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || matchesTerms(node, terms);
}
