import type { KubernetesObject } from '#api/resource-definition.ts';

/** Of the objects with one of these annotations set to `true` the newest; of equally new ones the first by name. */
export function newestMarked<T extends KubernetesObject>(
  objects: readonly T[],
  annotations: readonly string[],
): T | undefined {
  const marked = objects.filter(({ metadata }) =>
    annotations.some((annotation) => metadata?.annotations?.[annotation] === 'true'),
  );
  const born = ({ metadata }: T) => metadata?.creationTimestamp ?? '';
  const nameOf = ({ metadata }: T) => metadata?.name ?? '';
  return marked.sort((a, b) =>
    born(a) === born(b) ? (nameOf(a) < nameOf(b) ? -1 : 1) : born(a) > born(b) ? -1 : 1,
  )[0];
}
