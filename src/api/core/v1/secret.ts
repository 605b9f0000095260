import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, bytes, enumeration, type Infer, map, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { secretColumns } from './secret-columns.ts';
import { secretFields } from './secret-fields.ts';
import { secretStrategy } from './secret-strategy.ts';

export const Secret = message(
  'io.k8s.api.core.v1.Secret',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    immutable: ptr(5, bool, { description: 'Whether the data can no longer change' }),
    data: opt(2, map(bytes), { description: 'Bytes by key, in base64' }),
    stringData: opt(4, map(string), { description: 'Texts by key; written, never read' }),
    type: opt(
      3,
      enumeration(
        'Opaque',
        'kubernetes.io/service-account-token',
        'kubernetes.io/dockercfg',
        'kubernetes.io/dockerconfigjson',
        'kubernetes.io/basic-auth',
        'kubernetes.io/ssh-auth',
        'kubernetes.io/tls',
        'bootstrap.kubernetes.io/token',
      ),
      { description: 'What the secret is for' },
    ),
  },
  { description: 'Keys, passwords and certificates' },
);
export interface Secret extends Infer<typeof Secret> {}

export const Secrets: ResourceDefinition<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Secret,
  columns: secretColumns,
  selectableFields: secretFields,
  strategy: secretStrategy,
};
