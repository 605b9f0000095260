import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { enumeration, type Infer, list, message, opt, req, string, time } from '#machinery/schema/schema.ts';
import { namespaceColumns } from './namespace-columns.ts';
import { namespaceFields } from './namespace-fields.ts';
import { namespaceStrategy, prepareFinalize } from './namespace-strategy.ts';
import { validateNamespaceFinalize, validateNamespaceStatus } from './namespace-validation.ts';

export const NamespaceSpec = message('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: opt(1, list(enumeration('kubernetes'))),
});
export interface NamespaceSpec extends Infer<typeof NamespaceSpec> {}

export const NamespaceCondition = message('io.k8s.api.core.v1.NamespaceCondition', {
  type: req(
    1,
    enumeration(
      'NamespaceDeletionDiscoveryFailure',
      'NamespaceDeletionContentFailure',
      'NamespaceDeletionGroupVersionParsingFailure',
      'NamespaceContentRemaining',
      'NamespaceFinalizersRemaining',
    ),
  ),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(4, time),
  reason: opt(5, string),
  message: opt(6, string),
});
export interface NamespaceCondition extends Infer<typeof NamespaceCondition> {}

export const NamespaceStatus = message('io.k8s.api.core.v1.NamespaceStatus', {
  phase: opt(1, enumeration('Active', 'Terminating')),
  conditions: opt(2, list(NamespaceCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface NamespaceStatus extends Infer<typeof NamespaceStatus> {}

export const Namespace = message(
  'io.k8s.api.core.v1.Namespace',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, NamespaceSpec, { description: 'What is wanted' }),
    status: opt(3, NamespaceStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A space for names: most objects live in one' },
);
export interface Namespace extends Infer<typeof Namespace> {}

export const Namespaces: ResourceDefinition<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  schema: Namespace,
  shortNames: ['ns'],
  subresources: {
    finalize: {
      group: '',
      version: 'v1',
      kind: 'Namespace',
      verbs: ['update'],
      type: 'part',
      prepareForUpdate: prepareFinalize,
      validateUpdate: validateNamespaceFinalize,
    },
    status: {
      group: '',
      version: 'v1',
      kind: 'Namespace',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateNamespaceStatus,
    },
  },
  columns: namespaceColumns,
  selectableFields: namespaceFields,
  strategy: namespaceStrategy,
};
