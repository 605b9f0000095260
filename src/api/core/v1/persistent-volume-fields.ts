import type { PersistentVolume } from './persistent-volume.ts';

type Fields = Readonly<Record<string, (object: PersistentVolume) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const persistentVolumeFields: Fields = { name: ({ metadata }) => metadata?.name ?? '' };
