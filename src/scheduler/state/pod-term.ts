import type { PodAffinityTerm } from '#api/core/v1/affinity.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { own } from '#base/table.ts';
import { Selector, selectorFromObject } from '#machinery/selectors/label-selector.ts';
import { newRequirement } from '#machinery/selectors/requirement.ts';

/** Labels of a namespace, as far as they are known. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** An affinity term as it is matched again and again. Terms of equal `key` select the same pods in the same domains. */
export interface PodTerm {
  readonly key: string;
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  /** Absent: by name only. */
  readonly namespaceSelector: Selector | undefined;
  readonly selector: Selector;
}

/** The terms of a pod that other pods are matched with. */
export interface PodTerms {
  readonly affinity: readonly PodTerm[];
  readonly antiAffinity: readonly PodTerm[];
  readonly preferred: readonly { readonly term: PodTerm; readonly weight: number }[];
  /** With negative weights. */
  readonly avoided: readonly { readonly term: PodTerm; readonly weight: number }[];
}

export const noTerms: PodTerms = { affinity: [], antiAffinity: [], preferred: [], avoided: [] };

export function podTerms(pod: Pod): PodTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return noTerms;
  const required = (terms: readonly PodAffinityTerm[] = []) => terms.map((term) => podTerm(pod, term));
  const weighted = (
    terms: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] = [],
    sign: 1 | -1,
  ) => terms.map(({ weight, podAffinityTerm }) => ({ term: podTerm(pod, podAffinityTerm), weight: sign * weight }));
  return {
    affinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: weighted(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
    avoided: weighted(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
  };
}

/** A term of a pod; without namespaces it means the pod's own, an empty namespace selector means all of them. */
export function podTerm(pod: Pod, term: PodAffinityTerm): PodTerm {
  const { topologyKey, namespaceSelector } = term;
  const own = !term.namespaces?.length && !namespaceSelector;
  const namespaces = own ? [pod.metadata?.namespace ?? ''] : [...(term.namespaces ?? [])].sort();
  const key = JSON.stringify([topologyKey, namespaces, namespaceSelector ?? null, term.labelSelector ?? null]);
  return {
    key,
    topologyKey,
    namespaces: new Set(namespaces),
    namespaceSelector: namespaceSelector ? selectorFromObject(namespaceSelector) : undefined,
    selector: selectorFromObject(term.labelSelector),
  };
}

/** Whether a pod of this namespace with these labels is one that a term means. */
export function termMatches(
  term: PodTerm,
  pod: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  namespaceLabels: NamespaceLabels,
): boolean {
  if (!term.namespaces.has(pod.namespace)) {
    const { namespaceSelector } = term;
    if (namespaceSelector === undefined) return false;
    if (!namespaceSelector.isEmpty && !namespaceSelector.matches(namespaceLabels(pod.namespace) ?? {})) return false;
  }
  return term.selector.matches(pod.labels);
}

/** A selector with one more condition for each of these keys that the labels have: their value. */
export function narrowedByKeys(
  selector: Selector,
  keys: readonly string[] | undefined,
  labels: Readonly<Record<string, string>>,
): Selector {
  if (!keys?.length || selector.selectsNothing) return selector;
  const more = keys.flatMap((key) => {
    const value = own(labels, key);
    return value === undefined ? [] : [newRequirement(key, '=', [value])];
  });
  return more.length === 0 ? selector : new Selector([...selector.requirements, ...more]);
}
