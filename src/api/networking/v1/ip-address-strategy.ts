import { checkText, immutable, requireText } from '#api/checks.ts';
import type { Strategy } from '#api/resource-definition.ts';
import { FieldPath, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
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
      ...(parent.group ? checkText(PARENT.child('group'), parent.group, isDNS1123Subdomain) : []),
      ...requireText(PARENT.child('resource'), parent.resource, isPathSegmentName),
      ...requireText(PARENT.child('name'), parent.name, isPathSegmentName),
      ...(parent.namespace ? checkText(PARENT.child('namespace'), parent.namespace, isPathSegmentName) : []),
    ];
  },
  validateUpdate: ({ spec }, old) => immutable(PARENT, shown(spec), shown(old.spec)),
};

/** What the address is for, as upstream shows it. */
const shown = (spec: IPAddress['spec']) => {
  const { group = '', resource = '', namespace = '', name = '' } = spec?.parentRef ?? {};
  return { Group: group, Resource: resource, Namespace: namespace, Name: name };
};
