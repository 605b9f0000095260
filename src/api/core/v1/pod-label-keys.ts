import type { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { own } from '#base/table.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { PodAffinityTerm } from './affinity.ts';
import type { Pod } from './pod.ts';

/**
 * Writes the values of the pod's own labels into the selectors that name only their keys, so that whoever schedules it
 * reads selectors alone. Runs once, when the pod is created.
 */
export function mergeLabelKeys({ metadata, spec }: Mutable<Pod>): void {
  const labels = metadata?.labels ?? {};
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  for (const affinity of [podAffinity, podAntiAffinity]) {
    const soft = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const { podAffinityTerm } of soft) mergeTerm(podAffinityTerm, labels);
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
  }
  for (const { labelSelector, matchLabelKeys } of spec?.topologySpreadConstraints ?? [])
    merge(labelSelector, matchLabelKeys, 'In', labels);
}

type Labels = Readonly<Record<string, string>>;

function mergeTerm(term: Mutable<PodAffinityTerm>, labels: Labels): void {
  merge(term.labelSelector, term.matchLabelKeys, 'In', labels);
  merge(term.labelSelector, term.mismatchLabelKeys, 'NotIn', labels);
}

function merge(
  selector: Mutable<LabelSelector> | undefined,
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Labels,
): void {
  if (selector === undefined) return;
  const found = (keys ?? []).flatMap((key) => {
    const value = own(labels, key);
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
  if (found.length > 0) selector.matchExpressions = [...(selector.matchExpressions ?? []), ...found];
}
