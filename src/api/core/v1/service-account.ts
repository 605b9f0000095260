import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { LocalObjectReference, ObjectReference } from './references.ts';
import { serviceAccountColumns } from './service-account-columns.ts';
import { serviceAccountStrategy } from './service-account-strategy.ts';

export const ServiceAccount = message(
  'io.k8s.api.core.v1.ServiceAccount',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    secrets: opt(2, list(ObjectReference), {
      description: 'Secrets that pods of the account may mount',
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    imagePullSecrets: opt(3, list(LocalObjectReference), {
      description: 'Credentials of registries for pods of the account',
    }),
    automountServiceAccountToken: ptr(4, bool, { description: 'Whether pods get its token' }),
  },
  { description: 'An account for programs in the cluster' },
);
export interface ServiceAccount extends Infer<typeof ServiceAccount> {}

export const ServiceAccounts: ResourceDefinition<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ServiceAccount,
  shortNames: ['sa'],
  subresources: {
    token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'], type: 'action' },
  },
  columns: serviceAccountColumns,
  strategy: serviceAccountStrategy,
};
