import type { Pod } from '#api/core/v1/pod.ts';
import { printReasons, violationsOf } from './evaluate.ts';
import { type LevelVersion, printStandard } from './level-version.ts';

/** More pods are not looked at when a namespace's label changes. */
const MOST_PODS = 3000;

/** Warnings for a namespace that will enforce a level which some of its pods are beyond: they run on. */
export function existingPodWarnings(namespace: string, pods: readonly Pod[], standard: LevelVersion): string[] {
  const checked = oneOfEachOwnerFirst(pods).slice(0, MOST_PODS);
  const found = new Map<string, string[]>();
  for (const { metadata = {}, spec } of checked) {
    const reasons = spec ? printReasons(violationsOf({ metadata, spec }, standard)) : '';
    if (reasons === '') continue;
    found.set(reasons, [...(found.get(reasons) ?? []), metadata.name ?? '']);
  }
  const partly =
    checked.length < pods.length
      ? [
          `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
        ]
      : [];
  if (found.size === 0) return partly;
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${printStandard(standard)}"`;
  return [...partly, head, ...[...found].map(([reasons, names]) => `${printNames(names)}: ${reasons}`).sort()];
}

function printNames(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  if (names.length === 1) return first;
  return names.length === 2 ? `${first} (and 1 other pod)` : `${first} (and ${names.length - 1} other pods)`;
}

/** Pods of one owner are alike. */
function oneOfEachOwnerFirst(pods: readonly Pod[]): Pod[] {
  const owners = new Set<string>();
  const first: Pod[] = [];
  const rest: Pod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller)?.uid;
    (owner !== undefined && owners.has(owner) ? rest : first).push(pod);
    if (owner !== undefined) owners.add(owner);
  }
  return [...first, ...rest];
}
