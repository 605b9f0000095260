import { checkEach, checkText, immutable, optionalOneOf, requireOneOf } from '#api/checks.ts';
import { validateNotSpecial } from '#api/core/v1/special-address.ts';
import { append } from '#base/append.ts';
import { duplicate, type FieldError, FieldPath, invalid, required, tooMany } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { isValidIp, isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from './endpoint-slice.ts';

const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;
const MOST_PORTS = 20_000;
const MOST_HINTS = 8;
const ROOT = new FieldPath();

/** But for its endpoints. */
export const validateEndpointSlice = ({ addressType, ports = [] }: EndpointSlice): FieldError[] => [
  ...requireOneOf(ROOT.child('addressType'), addressType, ['FQDN', 'IPv4', 'IPv6']),
  ...(ports.length > MOST_PORTS
    ? [tooMany(ROOT.child('ports'), ports.length, MOST_PORTS)]
    : validatePorts(ports, ROOT.child('ports'))),
];

/** The endpoints of a new slice. */
export const validateEndpointSliceCreate = ({ addressType, endpoints = [] }: EndpointSlice): FieldError[] =>
  endpoints.length > MOST_ENDPOINTS
    ? [tooMany(ROOT.child('endpoints'), endpoints.length, MOST_ENDPOINTS)]
    : checkEach(endpoints, ROOT.child('endpoints'), (endpoint, at) => validateEndpoint(endpoint, at, addressType));

/** Endpoints that were stored when less was asked of them may stay as they are. */
export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): FieldError[] {
  const errors = validateEndpointSliceCreate(slice);
  const isAsBefore = errors.length > 0 && deepEqual(slice.endpoints ?? [], old.endpoints ?? []);
  return [...(isAsBefore ? [] : errors), ...immutable(ROOT.child('addressType'), slice.addressType, old.addressType)];
}

function validateEndpoint(endpoint: Endpoint, field: FieldPath, addressType: string): FieldError[] {
  const { addresses, hostname, nodeName, hints } = endpoint;
  const at = field.child('addresses');
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > MOST_ADDRESSES) errors.push(tooMany(at, addresses.length, MOST_ADDRESSES));
  for (const [index, address] of addresses.entries())
    append(errors, validateAddress(address, { list: at, field: at.index(index) }, addressType));
  if (nodeName !== undefined) append(errors, checkText(field.child('nodeName'), nodeName, isDNS1123Subdomain));
  if (hostname !== undefined) append(errors, checkText(field.child('hostname'), hostname, isDNS1123Label));
  const place = field.child('hints');
  const zones = hintErrors(hints?.forZones, place.child('forZones'), isValidLabelValue);
  if ((hints?.forZones?.length ?? 0) > MOST_HINTS) return [...errors, ...zones];
  return [...errors, ...zones, ...hintErrors(hints?.forNodes, place.child('forNodes'), isDNS1123Subdomain)];
}

/** For whom an endpoint is meant: few, and each once. */
function hintErrors(
  hints: readonly { readonly name: string }[] | undefined,
  field: FieldPath,
  check: (name: string) => string[],
): FieldError[] {
  const count = hints?.length ?? 0;
  if (count > MOST_HINTS) return [tooMany(field, count, MOST_HINTS)];
  const seen = new Set<string>();
  return checkEach(hints, field, ({ name }, at) => {
    const errors = seen.has(name) ? [duplicate(at.child('name'), name)] : [];
    seen.add(name);
    return [...errors, ...checkText(at.child('name'), name, check)];
  });
}

/** A name of two labels at least. */
function validateDomain(text: string, field: FieldPath): FieldError[] {
  if (text === '') return [required(field)];
  const name = text.replace(/\.$/, '');
  const errors = isDNS1123Subdomain(name);
  if (errors.length > 0) return [invalid(field, name, errors.join(','))];
  const labels = name.split('.');
  if (labels.length < 2)
    return [invalid(field, name, 'should be a domain with at least two segments separated by dots')];
  const wrong = labels.find((label) => isDNS1123Label(label).length > 0);
  return wrong === undefined ? [] : [invalid(field, wrong, isDNS1123Label(wrong).join(','))];
}

function validateAddress(
  address: string,
  { list, field }: { readonly list: FieldPath; readonly field: FieldPath },
  addressType: string,
): FieldError[] {
  if (addressType === 'FQDN') return validateDomain(address, field);
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
  const errors = checkText(field, address, addressType === 'IPv4' ? isValidIpForLegacyField : isValidIp);
  if (errors.length > 0) return errors;
  const isOther = `IPv${parseIp(address)?.family}` !== addressType;
  return [
    // Upstream names the whole list.
    ...(isOther ? [invalid(list, address, `must be an ${addressType} address`)] : []),
    ...validateNotSpecial(address, field),
  ];
}

function validatePorts(ports: readonly EndpointPort[], field: FieldPath): FieldError[] {
  const names = new Set<string>();
  // Upstream does not look at the numbers.
  return checkEach(ports, field, ({ name = '', protocol, appProtocol }, at) => {
    const errors = name === '' ? [] : checkText(at.child('name'), name, isDNS1123Label);
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    return [
      ...errors,
      ...optionalOneOf(at.child('protocol'), protocol ?? '', ['SCTP', 'TCP', 'UDP']),
      ...(appProtocol === undefined ? [] : checkText(at.child('appProtocol'), appProtocol, isQualifiedName)),
    ];
  });
}
