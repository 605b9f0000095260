import { isNewlySpecified, podsNameWarnings } from '#api/core/v1/name-warnings.ts';
import { applyPodTemplateDefaults } from '#api/core/v1/pod-template-defaults.ts';
import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { Deployment } from './deployment.ts';
import { validateDeployment, validateDeploymentUpdate } from './deployment-validation.ts';

const TEMPLATE = new FieldPath('spec').child('template');

export const deploymentStrategy: Strategy<Deployment> = {
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  warn: (deployment, old) => [
    ...podsNameWarnings(deployment, old),
    ...(isNewlySpecified(deployment, old) ? templateWarnings(deployment.spec?.template, TEMPLATE) : []),
  ],
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    const strategy = (spec.strategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate };
    }
    applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  prepareForUpdate: countAnnotations,
};

/** A Deployment hands its annotations on to its ReplicaSets, so that they count as a change of what is wanted. */
function countAnnotations(deployment: Mutable<Deployment>, old: Deployment): void {
  const { metadata } = deployment;
  if (metadata && !deepEqual(metadata.annotations ?? {}, old.metadata?.annotations ?? {})) {
    metadata.generation = (old.metadata?.generation ?? 0) + 1;
  }
}
