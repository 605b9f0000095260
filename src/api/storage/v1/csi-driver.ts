import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  enumeration,
  type Infer,
  int64,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { csiDriverColumns } from './csi-driver-columns.ts';
import { csiDriverStrategy } from './csi-driver-strategy.ts';

export const TokenRequest = message('io.k8s.api.storage.v1.TokenRequest', {
  audience: req(1, string),
  expirationSeconds: ptr(2, int64),
});
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const CSIDriverSpec = message('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: ptr(1, bool),
  podInfoOnMount: ptr(2, bool),
  volumeLifecycleModes: opt(3, list(enumeration('Persistent', 'Ephemeral')), { listType: 'set' }),
  storageCapacity: ptr(4, bool),
  fsGroupPolicy: ptr(5, enumeration('ReadWriteOnceWithFSType', 'File', 'None')),
  tokenRequests: opt(6, list(TokenRequest)),
  requiresRepublish: ptr(7, bool),
  seLinuxMount: ptr(8, bool),
  nodeAllocatableUpdatePeriodSeconds: ptr(9, int64),
  serviceAccountTokenInSecrets: ptr(10, bool),
  preventPodSchedulingIfMissing: ptr(11, bool, { disabledBy: 'VolumeLimitScaling' }),
});
export interface CSIDriverSpec extends Infer<typeof CSIDriverSpec> {}

export const CSIDriver = message(
  'io.k8s.api.storage.v1.CSIDriver',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, CSIDriverSpec, { description: 'What is wanted' }),
  },
  { description: 'A storage driver, and what it can do' },
);
export interface CSIDriver extends Infer<typeof CSIDriver> {}

export const CSIDrivers: ResourceDefinition<CSIDriver> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: CSIDriver,
  columns: csiDriverColumns,
  strategy: csiDriverStrategy,
};
