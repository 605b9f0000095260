import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { fractionWarnings } from './fraction-warnings.ts';
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts';
import type { PersistentVolumeClaimSpec } from './persistent-volume-claim-spec.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimUpdate,
} from './persistent-volume-claim-validation.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const persistentVolumeClaimStrategy: Strategy<PersistentVolumeClaim> = {
  returnsDeletedObject: true,
  validate: validatePersistentVolumeClaim,
  warn: ({ metadata, spec }) => {
    const at = new FieldPath('spec').child('resources');
    return [
      ...(metadata?.annotations?.[CLASS_ANNOTATION] === undefined
        ? []
        : [
            `metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`,
          ]),
      ...fractionWarnings(spec?.resources?.requests, ['storage'], at.child('requests')),
      ...fractionWarnings(spec?.resources?.limits, ['storage'], at.child('limits')),
    ];
  },
  validateUpdate: validatePersistentVolumeClaimUpdate,
  applyDefaults: applyPersistentVolumeClaimDefaults,
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    if (claim.spec) prepareDataSources(claim.spec, undefined);
  },
  prepareForUpdate(claim, old) {
    if (claim.spec) prepareDataSources(claim.spec, old.spec);
  },
};

/**
 * Sources that nobody can fill a volume from here are dropped without a word, as clients of old expect, unless the claim
 * has one already: those in other namespaces (`CrossNamespaceVolumeDataSource` is off), and in the old field all but
 * claims and snapshots.
 */
function prepareDataSources(
  spec: Mutable<PersistentVolumeClaimSpec>,
  { dataSource, dataSourceRef }: PersistentVolumeClaimSpec = {},
): void {
  if (spec.dataSourceRef?.namespace && !dataSourceRef) delete spec.dataSourceRef;
  if (spec.dataSource && !spec.dataSourceRef && !dataSource && !dataSourceRef) {
    const { apiGroup = '', kind } = spec.dataSource;
    if (!OLD_SOURCES.includes(`${apiGroup}/${kind}`)) delete spec.dataSource;
  }
  syncDataSources(spec);
}

const OLD_SOURCES = ['/PersistentVolumeClaim', 'snapshot.storage.k8s.io/VolumeSnapshot'];

/** Also for the claim templates of StatefulSets. */
export function applyPersistentVolumeClaimDefaults(claim: Mutable<PersistentVolumeClaim>): void {
  const spec = (claim.spec ??= {});
  spec.volumeMode ??= 'Filesystem';
  claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' };
}

/** The old field and the new one say the same, unless the new one says what the old one cannot. */
function syncDataSources(spec: Mutable<PersistentVolumeClaimSpec>): void {
  if (spec.dataSource && !spec.dataSourceRef) {
    spec.dataSourceRef = { ...spec.dataSource };
    return;
  }
  const reference = spec.dataSourceRef;
  if (spec.dataSource || !reference || reference.namespace) return;
  const { namespace: _, ...source } = reference;
  spec.dataSource = source;
}
