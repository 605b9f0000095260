import type { ReplicationController } from './replication-controller.ts';

type Fields = Readonly<Record<string, (object: ReplicationController) => string>>;

/** What a field selector may ask of it, beside its name and namespace. */
export const replicationControllerFields: Fields = {
  'status.replicas': ({ status }) => String(status?.replicas ?? 0),
};
