import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { isNewlySpecified, podsNameWarnings } from './name-warnings.ts';
import { applyPodTemplateDefaults } from './pod-template-defaults.ts';
import { templateWarnings } from './pod-warnings.ts';
import type { ReplicationController } from './replication-controller.ts';
import { validateReplicationController } from './replication-controller-validation.ts';

const TEMPLATE = new FieldPath('spec').child('template');

export const replicationControllerStrategy: Strategy<ReplicationController> = {
  validate: validateReplicationController,
  hasGeneration: true,
  warn: (controller, old) => [
    ...podsNameWarnings(controller, old),
    ...(isNewlySpecified(controller, old) ? templateWarnings(controller.spec?.template, TEMPLATE) : []),
  ],
  garbageCollection: 'orphans by default',
  applyDefaults(controller) {
    const spec = (controller.spec ??= { replicas: 1 });
    const labels = spec.template?.metadata?.labels;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    const metadata = (controller.metadata ??= {});
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
    applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(controller) {
    controller.status = { replicas: 0 };
  },
};
