import { imageTag } from '#api/core/v1/image-tag.ts';

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*';
const DOMAIN =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?))*|\\[[a-fA-F0-9:]+\\]';
const REFERENCE = new RegExp(
  `^(?:(?:${DOMAIN})(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*(?::\\w[\\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** The reference with a tag, or undefined when it is none. */
export function normalizedImage(reference: string): string | undefined {
  if (!REFERENCE.test(reference)) return undefined;
  const lastPart = reference.slice(reference.lastIndexOf('/') + 1);
  return lastPart.includes(':') || reference.includes('@') ? reference : `${reference}:${imageTag(reference)}`;
}
