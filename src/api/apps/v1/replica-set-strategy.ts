import { isNewlySpecified, podsNameWarnings } from '#api/core/v1/name-warnings.ts';
import { applyPodTemplateDefaults } from '#api/core/v1/pod-template-defaults.ts';
import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { ReplicaSet } from './replica-set.ts';
import { validateReplicaSet, validateReplicaSetUpdate } from './replica-set-validation.ts';

const TEMPLATE = new FieldPath('spec').child('template');

export const replicaSetStrategy: Strategy<ReplicaSet> = {
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  warn: (set, old) => [
    ...podsNameWarnings(set, old),
    ...(isNewlySpecified(set, old) ? templateWarnings(set.spec?.template, TEMPLATE) : []),
  ],
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.replicas ??= 1;
    applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(set) {
    set.status = { replicas: 0 };
  },
};
