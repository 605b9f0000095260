import { checkText, requireText } from '#api/checks.ts';
import type { FieldError, FieldPath } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';

interface LocalReference {
  readonly apiGroup?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

/** The rules of what an Ingress or its class refers to. */
export const validateLocalReference = ({ apiGroup, kind, name }: LocalReference, field: FieldPath): FieldError[] => [
  ...(apiGroup === undefined ? [] : checkText(field.child('apiGroup'), apiGroup, isDNS1123Subdomain)),
  ...requireText(field.child('kind'), kind, isPathSegmentName),
  ...requireText(field.child('name'), name, isPathSegmentName),
];
