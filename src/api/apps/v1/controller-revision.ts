import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int64, message, opt, rawExtension, req, string } from '#machinery/schema/schema.ts';
import { controllerRevisionColumns } from './controller-revision-columns.ts';
import { controllerRevisionStrategy } from './controller-revision-strategy.ts';

export const ControllerRevision = message(
  'io.k8s.api.apps.v1.ControllerRevision',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    data: opt(2, rawExtension),
    revision: req(3, int64),
  },
  { description: 'A former state of a DaemonSet or StatefulSet' },
);
export interface ControllerRevision extends Infer<typeof ControllerRevision> {}

export const ControllerRevisions: ResourceDefinition<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ControllerRevision,
  columns: controllerRevisionColumns,
  strategy: controllerRevisionStrategy,
};
