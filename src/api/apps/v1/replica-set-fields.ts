import type { ReplicaSet } from './replica-set.ts';

type Fields = Readonly<Record<string, (object: ReplicaSet) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const replicaSetFields: Fields = { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) };
