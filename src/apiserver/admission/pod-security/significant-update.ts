import type { Pod } from '#api/core/v1/pod.ts';
import { containersOf } from './check.ts';

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

/** Whether an update changes something that rules look at: images, seccomp annotations, new containers. */
export function isSignificantUpdate(pod: Pod, old: Pod): boolean {
  if (!pod.spec || !old.spec) return true;
  const annotation = ({ metadata }: Pod, key: string) => metadata?.annotations?.[key];
  if (annotation(pod, SECCOMP_POD) !== annotation(old, SECCOMP_POD)) return true;
  const now = containersOf(pod.spec);
  const before = new Map(containersOf(old.spec).map((container) => [container.name, container]));
  if (now.length !== before.size) return true;
  return now.some(({ name, image }) => {
    const same = before.get(name);
    const key = SECCOMP_CONTAINER + name;
    return same === undefined || same.image !== image || annotation(pod, key) !== annotation(old, key);
  });
}
