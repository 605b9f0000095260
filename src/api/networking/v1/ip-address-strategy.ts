import { immutable, requireText } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { isValidIp } from '#machinery/names/ip-checks.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import type { IPAddress } from './ip-address.ts';

const PARENT = new FieldPath('spec').child('parentRef');

export const ipAddressStrategy: Strategy<IPAddress> = {
  validateName: isValidIp,
  validate({ spec }) {
    const parent = spec?.parentRef;
    if (parent === undefined) return [required(PARENT)];
    return [
      ...requireText(PARENT.child('resource'), parent.resource, isPathSegmentName),
      ...requireText(PARENT.child('name'), parent.name, isPathSegmentName),
    ];
  },
  validateUpdate: ({ spec }, old) => immutable(PARENT, spec?.parentRef, old.spec?.parentRef),
};
