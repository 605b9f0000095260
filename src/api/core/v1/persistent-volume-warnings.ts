import { append } from '#base/append.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { nodeSelectorTermWarnings } from './node-label-warnings.ts';
import type { PersistentVolume } from './persistent-volume.ts';

const ANNOTATIONS = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};

/** Kinds of volume that are out of use, and how they are named in warnings. */
const DEPRECATED = {
  cephfs: ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  photonPersistentDisk: ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  scaleIO: ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  storageos: ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  glusterfs: ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  rbd: ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
} as const;

/** What is odd about a volume, though it is valid. */
export function persistentVolumeWarnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const field = new FieldPath('spec');
  const warnings = Object.entries(ANNOTATIONS)
    .filter(([key]) => metadata?.annotations?.[key] !== undefined)
    .map(([key, message]) => `metadata.annotations[${key}]: ${message}`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle')
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  const terms = field.child('nodeAffinity', 'required', 'nodeSelectorTerms');
  for (const [position, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries())
    append(warnings, nodeSelectorTermWarnings(term, terms.index(position)));
  for (const [type, [shown, since]] of Object.entries(DEPRECATED))
    if (spec[type as keyof typeof DEPRECATED]) warnings.push(`spec.${shown}: ${since}`);
  return warnings;
}
