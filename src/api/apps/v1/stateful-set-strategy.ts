import { fractionWarnings } from '#api/core/v1/fraction-warnings.ts';
import { isNewlySpecified } from '#api/core/v1/name-warnings.ts';
import { applyPersistentVolumeClaimDefaults } from '#api/core/v1/persistent-volume-claim-strategy.ts';
import { applyPodTemplateDefaults } from '#api/core/v1/pod-template-defaults.ts';
import { templateWarnings } from '#api/core/v1/pod-warnings.ts';
import { maskTrailingDash } from '#api/meta/v1/object-meta-validation.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { StatefulSet } from './stateful-set.ts';
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set-validation.ts';

const TEMPLATE = new FieldPath('spec').child('template');

export const statefulSetStrategy: Strategy<StatefulSet> = {
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  warn: (set, old) => [
    ...(isNewlySpecified(set, old) ? templateWarnings(set.spec?.template, TEMPLATE) : []),
    ...(set.spec?.volumeClaimTemplates ?? []).flatMap(({ spec: claim }, position) => {
      const template = new FieldPath('spec').child('volumeClaimTemplates').index(position);
      // The two places are named as upstream names them.
      const at = (old ? template.child('Spec') : template).child('resources');
      return [
        ...fractionWarnings(claim?.resources?.requests, ['storage'], at.child('requests')),
        ...fractionWarnings(claim?.resources?.limits, ['storage'], at.child('limits')),
      ];
    }),
    ...((set.spec?.revisionHistoryLimit ?? 0) < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ],
  hasGeneration: true,
  // Pods take the name for their host name.
  validateName: (name, prefix) => isDNS1123Label(prefix ? maskTrailingDash(name) : name),
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.podManagementPolicy ||= 'OrderedReady';
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') strategy.rollingUpdate = { partition: 0, ...strategy.rollingUpdate };
    const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
    retention.whenDeleted ||= 'Retain';
    retention.whenScaled ||= 'Retain';
    spec.replicas ??= 1;
    if (spec.ordinals) spec.ordinals.start ??= 0;
    spec.revisionHistoryLimit ??= 10;
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1';
      claim.kind = 'PersistentVolumeClaim';
      applyPersistentVolumeClaimDefaults(claim);
    }
    applyPodTemplateDefaults(spec.template);
  },
  prepareForCreate(set) {
    set.status = { replicas: 0, availableReplicas: 0 };
  },
};
