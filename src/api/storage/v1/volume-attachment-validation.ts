import { checkText } from '#api/checks.ts';
import { PersistentVolumeSpec } from '#api/core/v1/persistent-volume-spec.ts';
import { validatePersistentVolumeSpec } from '#api/core/v1/persistent-volume-validation.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { type FieldError, FieldPath, forbidden, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { VolumeAttachment, VolumeAttachmentStatus, VolumeError } from './volume-attachment.ts';

const SPEC = new FieldPath('spec');

const METADATA_LIMIT = 256 * 1024;
const MESSAGE_LIMIT = 1024;

export function validateVolumeAttachment({ spec, status }: VolumeAttachment): FieldError[] {
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
    ...(source.persistentVolumeName === undefined && source.inlineVolumeSpec
      ? validatePersistentVolumeSpec(source.inlineVolumeSpec, field.child('inlineVolumeSpec'), {
          name: '',
          isInline: true,
        })
      : []),
    ...checkText(SPEC.child('nodeName'), spec.nodeName ?? '', isDNS1123Subdomain),
    ...validateStatus(status ?? {}, new FieldPath('status')),
    ...(source.persistentVolumeName === undefined
      ? []
      : checkText(SPEC.child('source', 'persistentVolumeName'), source.persistentVolumeName, isDNS1123Subdomain)),
  ];
}

function validateStatus(status: Partial<VolumeAttachmentStatus>, field: FieldPath): FieldError[] {
  const size = Object.entries(status.attachmentMetadata ?? {}).reduce(
    (sum, [key, value]) => sum + byteLength(key) + byteLength(value),
    0,
  );
  return [
    ...(size > METADATA_LIMIT ? [tooLong(field.child('attachmentMetadata'), METADATA_LIMIT)] : []),
    ...validateVolumeError(status.attachError, field.child('attachError')),
    ...validateVolumeError(status.detachError, field.child('detachError')),
  ];
}

function validateVolumeError(error: VolumeError | undefined, field: FieldPath): FieldError[] {
  // Upstream tells the limit of something else.
  const errors =
    byteLength(error?.message ?? '') > MESSAGE_LIMIT ? [tooLong(field.child('message'), METADATA_LIMIT)] : [];
  const code = error?.errorCode ?? 0;
  return code >= 0
    ? errors
    : [...errors, invalid(field.child('errorCode'), code, 'must be between 0 and 2147483647, inclusive')];
}

export const validateVolumeAttachmentUpdate = ({ spec }: VolumeAttachment, old: VolumeAttachment): FieldError[] =>
  deepEqual(spec, old.spec) ? [] : [invalid(SPEC, shown(spec), 'field is immutable')];

/** A spec as upstream shows it. */
const shown = ({ attacher, source, nodeName }: VolumeAttachment['spec']) => ({
  Attacher: attacher,
  Source: {
    PersistentVolumeName: source.persistentVolumeName ?? null,
    InlineVolumeSpec: source.inlineVolumeSpec ? internalForm(source.inlineVolumeSpec, PersistentVolumeSpec) : null,
  },
  NodeName: nodeName ?? '',
});
