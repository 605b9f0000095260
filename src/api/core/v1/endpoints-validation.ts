import { checkEach, checkNumber, checkText, requireOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseIp } from '#machinery/names/ip.ts';
import { isValidIpForLegacyField } from '#machinery/names/ip-checks.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isValidPortNumber } from '#machinery/names/port.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from './endpoints.ts';
import { validateNotSpecial } from './special-address.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export const validateEndpoints = ({ subsets }: Endpoints): FieldError[] =>
  checkEach(subsets, new FieldPath('subsets'), validateSubset);

/** What was stored when less was asked of it may stay as it is. */
export function validateEndpointsUpdate(endpoints: Endpoints, old: Endpoints): FieldError[] {
  const errors = validateEndpoints(endpoints);
  return errors.length > 0 && deepEqual(endpoints.subsets ?? [], old.subsets ?? []) ? [] : errors;
}

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, field: FieldPath) {
  const isEmpty = addresses.length + notReadyAddresses.length === 0;
  return [
    ...(isEmpty ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...checkEach(addresses, field.child('addresses'), validateAddress),
    ...checkEach(notReadyAddresses, field.child('notReadyAddresses'), validateAddress),
    ...checkEach(ports, field.child('ports'), (port, at) => validatePort(port, at, ports.length > 1)),
  ];
}

function validateAddress({ ip, hostname, nodeName }: EndpointAddress, field: FieldPath): FieldError[] {
  const at = field.child('ip');
  return [
    ...checkText(at, ip, (text) => isValidIpForLegacyField(text)),
    ...(hostname ? checkText(field.child('hostname'), hostname, isDNS1123Label) : []),
    ...(nodeName === undefined ? [] : checkText(field.child('nodeName'), nodeName, isDNS1123Subdomain)),
    // Upstream looks at it twice.
    ...(parseIp(ip) === undefined ? [invalid(at, ip, 'must be a valid IP address')] : validateNotSpecial(ip, at)),
  ];
}

function validatePort(
  { name, port, protocol, appProtocol }: EndpointPort,
  field: FieldPath,
  nameNeeded: boolean,
): FieldError[] {
  const errors = name ? checkText(field.child('name'), name, isDNS1123Label) : [];
  if (!name && nameNeeded) errors.push(required(field.child('name')));
  return [
    ...errors,
    ...checkNumber(field.child('port'), port, isValidPortNumber),
    ...requireOneOf(field.child('protocol'), protocol, PROTOCOLS),
    ...(appProtocol === undefined ? [] : checkText(field.child('appProtocol'), appProtocol, isQualifiedName)),
  ];
}
