import type { PersistentVolumeClaim } from './persistent-volume-claim.ts';

type Fields = Readonly<Record<string, (object: PersistentVolumeClaim) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const persistentVolumeClaimFields: Fields = { name: ({ metadata }) => metadata?.name ?? '' };
