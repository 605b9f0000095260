/** An address as a number. IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) are of family 4 and `mapped`. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly mapped: boolean;
  /** Whether an octet was written with leading zeros, which many programs read as octal. */
  readonly leadingZeros: boolean;
}

export interface IpNetwork {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** The address with all bits past the prefix cleared. */
  readonly base: bigint;
  readonly leadingZeros: boolean;
}

/** Reads an address as Go's lenient parser does; undefined when it is none. Zones are not accepted. */
export const parseIp = (text: string): IpAddress | undefined =>
  text.includes(':') ? parseIpv6(text) : parseIpv4(text);

function parseIpv4(text: string): IpAddress | undefined {
  let value = 0;
  let leadingZeros = false;
  let octets = 0;
  for (let start = 0; start <= text.length; octets++) {
    const dot = text.indexOf('.', start);
    const end = dot < 0 ? text.length : dot;
    const octet = octetOf(text, start, end);
    if (octet === undefined) return undefined;
    if (end - start > 1 && text[start] === '0') leadingZeros = true;
    value = value * 256 + octet;
    start = end + 1;
  }
  return octets === 4 ? { family: 4, value: BigInt(value), mapped: false, leadingZeros } : undefined;
}

const ZERO = 48;
const MOST_DIGITS = 10;

/** The octet in a part of a text, undefined for what is none. Digit by digit, because addresses are read with every status of a pod. */
function octetOf(text: string, start: number, end: number): number | undefined {
  if (end === start || end - start > MOST_DIGITS) return undefined;
  let octet = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    octet = octet * 10 + digit;
  }
  return octet > 255 ? undefined : octet;
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = readGroups(halves[0]!, halves.length === 1);
  const right = halves.length === 2 ? readGroups(halves[1]!, true) : { groups: [], leadingZeros: false };
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.groups.length - right.groups.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left.groups, ...new Array<number>(missing).fill(0), ...right.groups];
  const value = groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
  const leadingZeros = left.leadingZeros || right.leadingZeros;
  return value >> 32n === 0xffffn
    ? { family: 4, value: value & 0xffffffffn, mapped: true, leadingZeros }
    : { family: 6, value, mapped: false, leadingZeros };
}

/** `last` allows an IPv4 address in the place of the last two groups. */
function readGroups(text: string, last: boolean): { groups: number[]; leadingZeros: boolean } | undefined {
  if (text === '') return { groups: [], leadingZeros: false };
  const parts = text.split(':');
  const groups: number[] = [];
  let leadingZeros = false;
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const tail = parseIpv4(part);
      if (tail === undefined) return undefined;
      leadingZeros = tail.leadingZeros;
      groups.push(Number(tail.value >> 16n), Number(tail.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return { groups, leadingZeros };
}

/** Canonical text (RFC 5952); mapped addresses as plain IPv4, as Go prints them. */
export function formatIp({ family, value }: { readonly family: 4 | 6; readonly value: bigint }): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const { start, length } = longestZeros(groups);
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
    start = Math.max(start, end);
  }
  return best;
}

/** Reads `address/length`; bits past the prefix are kept in `address` and cleared in `base`. */
export function parseCidr(text: string): IpNetwork | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^[0-9]{1,10}$/.test(length)) return undefined;
  const written = Number(length);
  if (written > (address.mapped || address.family === 6 ? 128 : 32)) return undefined;
  if (address.mapped && written < 96) return undefined;
  const prefixLength = address.mapped ? written - 96 : written;
  const leadingZeros = address.leadingZeros || (length.length > 1 && length.startsWith('0'));
  return { address, prefixLength, base: clearHostBits(address, prefixLength), leadingZeros };
}

function clearHostBits(address: IpAddress, prefixLength: number): bigint {
  const hostBits = BigInt((address.family === 4 ? 32 : 128) - prefixLength);
  return (address.value >> hostBits) << hostBits;
}

/** Canonical text of the network. */
export const formatCidr = ({ address, prefixLength, base }: IpNetwork): string =>
  `${formatIp({ family: address.family, value: base })}/${prefixLength}`;

/** Whether a network holds an address. */
export const cidrContains = (network: IpNetwork, address: IpAddress): boolean =>
  network.address.family === address.family && clearHostBits(address, network.prefixLength) === network.base;
