import { checkText, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { VolumeAttachment } from './volume-attachment.ts';

const SPEC = new FieldPath('spec');
const DRIVER_NAME_LIMIT = 63;

export function validateVolumeAttachment({ spec }: VolumeAttachment): FieldError[] {
  const { source } = spec;
  const field = SPEC.child('source');
  return [
    ...requireText(SPEC.child('attacher'), spec.attacher, (name) => isDNS1123Subdomain(name.toLowerCase())),
    ...(source.persistentVolumeName === undefined && source.inlineVolumeSpec === undefined
      ? [required(field, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')]
      : []),
    ...(source.persistentVolumeName !== undefined && source.inlineVolumeSpec !== undefined
      ? [forbidden(field, 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')]
      : []),
    ...(source.persistentVolumeName === ''
      ? [required(field.child('persistentVolumeName'), 'must specify non empty persistentVolumeName')]
      : []),
    ...requireText(SPEC.child('nodeName'), spec.nodeName, isDNS1123Subdomain),
  ];
}

export const validateVolumeAttachmentUpdate = ({ spec }: VolumeAttachment, old: VolumeAttachment): FieldError[] =>
  deepEqual(spec, old.spec) ? [] : [invalid(SPEC, spec, 'field is immutable')];

/** The rules of a CSI driver's name. */
export function validateDriverName(name: string, field: FieldPath): FieldError[] {
  if (!name) return [required(field)];
  const errors = checkText(field, name.toLowerCase(), isDNS1123Subdomain);
  if (name.length > DRIVER_NAME_LIMIT) {
    errors.push({
      type: 'FieldValueTooLong',
      field: String(field),
      message: `Too long: may not be more than ${DRIVER_NAME_LIMIT} bytes`,
    });
  }
  return errors;
}
