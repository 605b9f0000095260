import { formatCidr, formatIp, type IpAddress, type IpNetwork, parseCidr, parseIp } from './ip.ts';

/** Reasons why a text is not an address in the form that fields from before strict checking accept. */
export function isValidIpForLegacyField(value: string, options: { readonly strict?: boolean } = {}): string[] {
  const address = parseIp(value);
  if (address === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  return options.strict === false ? [] : strictIpErrors(address);
}

function strictIpErrors(address: IpAddress): string[] {
  if (address.leadingZeros) return ['must not have leading 0s'];
  return address.mapped ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

/** Reasons why a text is not an address in canonical form. */
export function isValidIp(value: string): string[] {
  const errors = isValidIpForLegacyField(value);
  if (errors.length > 0) return errors;
  const canonical = formatIp(parseIp(value)!);
  return value === canonical ? [] : [`must be in canonical form ("${canonical}")`];
}

/** Reasons why a text is not a network in the form that fields from before strict checking accept. */
export function isValidCidrForLegacyField(value: string, options: { readonly strict?: boolean } = {}): string[] {
  const network = parseCidr(value);
  if (network === undefined) return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  return options.strict === false ? [] : strictCidrErrors(network);
}

function strictCidrErrors(network: IpNetwork): string[] {
  if (network.leadingZeros) return ['must not have leading 0s in IP or prefix length'];
  if (network.address.mapped) return ['must not have an IPv4-mapped IPv6 address'];
  return network.address.value === network.base ? [] : ['must not have bits set beyond the prefix length'];
}

/** Reasons why a text is not an address with the length of its network, in canonical form: `192.168.1.5/24`. */
export function isValidInterfaceAddress(value: string): string[] {
  const network = parseCidr(value);
  if (network === undefined) {
    return ['must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)'];
  }
  const canonical = `${formatIp(network.address)}/${network.prefixLength}`;
  return value === canonical ? [] : [`must be in canonical form ("${canonical}")`];
}

/** Reasons why a text is not a network in canonical form. */
export function isValidCidr(value: string): string[] {
  const errors = isValidCidrForLegacyField(value);
  if (errors.length > 0) return errors;
  const canonical = formatCidr(parseCidr(value)!);
  return value === canonical ? [] : [`must be in canonical form ("${canonical}")`];
}

/** The warning for an address that is accepted but not in canonical form; `field` is its path. */
export function ipWarnings(field: string, value: string): string[] {
  const address = parseIp(value);
  if (address === undefined) return [];
  const isStandard = !address.leadingZeros && !address.mapped;
  if (isStandard && address.family === 4) return [];
  const canonical = formatIp(address);
  if (!isStandard) return [`${field}: non-standard IP address "${value}" is invalid: use "${canonical}"`];
  return canonical !== value
    ? [`${field}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${canonical}")`]
    : [];
}

/** The same for a network. */
export function cidrWarnings(field: string, value: string): string[] {
  const network = parseCidr(value);
  if (network === undefined) return [];
  const canonical = formatCidr(network);
  const warnings: string[] = [];
  if (network.address.value !== network.base) {
    const single = `${formatIp(network.address)}/${network.address.family === 4 ? 32 : 128}`;
    warnings.push(
      `${field}: CIDR value "${value}" is ambiguous in this context (should be "${canonical}" or "${single}"?)`,
    );
  }
  if (network.leadingZeros || network.address.mapped)
    warnings.push(`${field}: non-standard CIDR value "${value}" is invalid: use "${canonical}"`);
  if (warnings.length === 0 && network.address.family === 6 && canonical !== value)
    warnings.push(`${field}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${canonical}")`);
  return warnings;
}
