import type { StorageClass } from '#api/storage/v1/storage-class.ts';

const MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Of the classes marked as default the newest; of equally new ones the first by name. */
export function defaultStorageClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const rank = ({ metadata }: StorageClass) => metadata?.creationTimestamp ?? '';
  return classes
    .filter(({ metadata }) => MARKS.some((mark) => metadata?.annotations?.[mark] === 'true'))
    .sort(
      (a, b) => rank(b).localeCompare(rank(a)) || (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? ''),
    )[0];
}
