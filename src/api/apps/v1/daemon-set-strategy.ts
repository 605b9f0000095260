import { isNewlySpecified } from '#api/core/v1/name-warnings.ts';
import { applyPodTemplateDefaults } from '#api/core/v1/pod-template-defaults.ts';
import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { DaemonSet } from './daemon-set.ts';
import { validateDaemonSet, validateDaemonSetUpdate } from './daemon-set-validation.ts';

const TEMPLATE = new FieldPath('spec').child('template');
/** How often the template changed; clients from before apps/v1 read it. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export const daemonSetStrategy: Strategy<DaemonSet> = {
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  warn: (set, old) => (isNewlySpecified(set, old) ? templateWarnings(set.spec?.template, TEMPLATE) : []),
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.revisionHistoryLimit ??= 10;
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      strategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate };
    }
    applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(set) {
    set.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    annotate(set, Math.max(templateGeneration(set), 1));
  },
  prepareForUpdate(set, old) {
    const before = templateGeneration(old);
    annotate(set, deepEqual(set.spec?.template, old.spec?.template) ? before : before + 1);
  },
};

const templateGeneration = ({ metadata }: DaemonSet): number =>
  Number(metadata?.annotations?.[TEMPLATE_GENERATION]) || 0;

function annotate(set: Mutable<DaemonSet>, generation: number): void {
  const metadata = (set.metadata ??= {});
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}
