import { immutable } from '#api/checks.ts';
import { Condition } from '#api/meta/v1/condition.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';

const PREFIX = 'io.k8s.api.storagemigration.v1beta1';

const GroupResource = message('io.k8s.apimachinery.pkg.apis.meta.v1.GroupResource', {
  group: req(1, string),
  resource: req(2, string),
});

export const StorageVersionMigrationSpec = message(`${PREFIX}.StorageVersionMigrationSpec`, {
  resource: req(1, GroupResource, { description: 'Whose objects are written anew' }),
});

export const StorageVersionMigrationStatus = message(`${PREFIX}.StorageVersionMigrationStatus`, {
  conditions: opt(1, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
  resourceVersion: opt(2, string, {
    description: 'Up to when objects are written anew: later ones are as they should be',
  }),
});

export const StorageVersionMigration = message(
  `${PREFIX}.StorageVersionMigration`,
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, StorageVersionMigrationSpec, { description: 'What is wanted' }),
    status: opt(3, StorageVersionMigrationStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Has all objects of a resource stored anew, in the way in which new ones are' },
);
export interface StorageVersionMigration extends Infer<typeof StorageVersionMigration> {}

const RESOURCE = new FieldPath('spec').child('resource');
const STATUS = new FieldPath('status');

const storageVersionMigrationStrategy: Strategy<StorageVersionMigration> = {
  hasGeneration: true,
  prepareForCreate(migration) {
    delete migration.status;
  },
  validate: ({ spec }) =>
    spec?.resource?.resource ? [] : [required(RESOURCE.child('resource'), 'resource is required')],
  validateUpdate: ({ spec }, old) => immutable(RESOURCE, spec?.resource, old.spec?.resource),
};

export const StorageVersionMigrations: ResourceDefinition<StorageVersionMigration> = {
  group: 'storagemigration.k8s.io',
  version: 'v1beta1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  singular: 'storageversionmigration',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: StorageVersionMigration,
  subresources: {
    status: {
      group: 'storagemigration.k8s.io',
      version: 'v1beta1',
      kind: 'StorageVersionMigration',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: ({ status }) => validateConditions(status?.conditions, STATUS.child('conditions')),
    },
  },
  strategy: storageVersionMigrationStrategy,
};
