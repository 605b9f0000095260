import type { KubernetesObject } from '#api/resource-definition.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';

/** What is said of a new object whose pods are called after it, where its name is no label. */
export const podsNameWarnings = (object: KubernetesObject, old: KubernetesObject | undefined): string[] =>
  old ? [] : nameWarnings(object, 'this is used in Pod names and hostnames');

/** The same for a new pod. */
export const podNameWarnings = (pod: KubernetesObject): string[] =>
  nameWarnings(pod, "this is used in the Pod's hostname");

function nameWarnings({ metadata }: KubernetesObject, use: string): string[] {
  const problems = isDNS1123Label(metadata?.name ?? '');
  if (problems.length === 0) return [];
  return [
    `metadata.name: ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

/** Whether an object is new, or not what it was: what is odd about the rest is said once. */
export const isNewlySpecified = ({ metadata }: KubernetesObject, old: KubernetesObject | undefined): boolean =>
  old === undefined || metadata?.generation !== old.metadata?.generation;
