import { checkText } from '#api/checks.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { VolumeAttachment } from './volume-attachment.ts';

const SPEC = new FieldPath('spec');

export function validateVolumeAttachment({ spec }: VolumeAttachment): FieldError[] {
  const { source } = spec;
  const field = SPEC.child('source');
  return [
    ...validateDriverName(spec.attacher, SPEC.child('attacher')),
    ...(source.persistentVolumeName === undefined && source.inlineVolumeSpec === undefined
      ? [required(field, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')]
      : []),
    ...(source.persistentVolumeName !== undefined && source.inlineVolumeSpec !== undefined
      ? [forbidden(field, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')]
      : []),
    ...(source.persistentVolumeName === ''
      ? [required(field.child('persistentVolumeName'), 'must specify non empty persistentVolumeName')]
      : []),
    ...checkText(SPEC.child('nodeName'), spec.nodeName ?? '', isDNS1123Subdomain),
    ...(source.persistentVolumeName === undefined
      ? []
      : checkText(SPEC.child('source', 'persistentVolumeName'), source.persistentVolumeName, isDNS1123Subdomain)),
  ];
}

export const validateVolumeAttachmentUpdate = ({ spec }: VolumeAttachment, old: VolumeAttachment): FieldError[] =>
  deepEqual(spec, old.spec) ? [] : [invalid(SPEC, shown(spec), 'field is immutable')];

/** A spec as upstream shows it. */
const shown = ({ attacher, source, nodeName }: VolumeAttachment['spec']) => ({
  Attacher: attacher,
  Source: {
    PersistentVolumeName: source.persistentVolumeName ?? null,
    InlineVolumeSpec: source.inlineVolumeSpec ?? null,
  },
  NodeName: nodeName ?? '',
});
