import type { Pod } from '#api/core/v1/pod.ts';

type Containers = readonly { readonly name?: string; readonly image?: string | undefined }[];

/** Whether an update changes something that rules look at: images, and containers that were not there. */
export function isSignificantUpdate(pod: Pod, old: Pod): boolean {
  if (!pod.spec || !old.spec) return true;
  const before = new Map((old.spec.ephemeralContainers ?? []).map(({ name, image }) => [name, { image }]));
  return (
    haveChanged(pod.spec.containers, old.spec.containers) ||
    haveChanged(pod.spec.initContainers, old.spec.initContainers) ||
    (pod.spec.ephemeralContainers ?? []).some(({ name, image }) => before.get(name)?.image !== image)
  );
}

const haveChanged = (now: Containers = [], before: Containers = []): boolean =>
  now.length !== before.length || now.some(({ image }, index) => image !== before[index]?.image);
