import type { NodeSelectorRequirement, NodeSelectorTerm, Toleration } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import { nodeSelectorOperators } from '#api/core/v1/node-selector-operators.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { requirementMatches } from '#machinery/selectors/requirement.ts';
import { tolerates } from './toleration.ts';

/** Whether a pod asks for this node or does not mind: by name, node selector and required affinity. */
export function wantsNode({ nodeName, nodeSelector, affinity }: PodSpec, node: Node): boolean {
  if (nodeName && nodeName !== node.metadata?.name) return false;
  const labels = node.metadata?.labels ?? {};
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => fits(term, node));
}

function fits({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields = { 'metadata.name': metadata?.name ?? '' };
  return (
    matchExpressions.every((one) => holds(one, metadata?.labels ?? {})) &&
    matchFields.every((one) => holds(one, fields))
  );
}

function holds({ key, operator, values = [] }: NodeSelectorRequirement, labels: Readonly<Record<string, string>>) {
  const known = nodeSelectorOperators[operator];
  return known !== undefined && requirementMatches({ key, operator: known, values }, labels);
}

/** Whether no taint of these effects keeps a pod with these tolerations away. */
export const toleratesNode = (tolerations: readonly Toleration[], node: Node, effects: readonly string[]): boolean =>
  (node.spec?.taints ?? [])
    .filter(({ effect }) => effects.includes(effect))
    .every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
