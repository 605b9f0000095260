import { formatCidr, formatIp, type IpAddress, type IpNetwork, parseCidr, parseIp } from '../../names/ip.ts';
import { type Functions, member, plain } from '../environment.ts';
import { BOOL, INT, opaque, STRING } from '../types.ts';
import { CelError, LibraryValue } from '../values.ts';

export const IP = opaque('net.IP');
export const CIDR = opaque('net.CIDR');

class IpValue extends LibraryValue {
  readonly type = IP;
  readonly address: IpAddress;
  constructor(address: IpAddress) {
    super();
    this.address = address;
  }
  override equals(other: LibraryValue): boolean {
    return other instanceof IpValue && formatIp(this.address) === formatIp(other.address);
  }
}

class CidrValue extends LibraryValue {
  readonly type = CIDR;
  readonly network: IpNetwork;
  constructor(network: IpNetwork) {
    super();
    this.network = network;
  }
  override equals(other: LibraryValue): boolean {
    return other instanceof CidrValue && textOf(this.network) === textOf(other.network);
  }
}

const textOf = ({ address, prefixLength }: IpNetwork): string => `${formatIp(address)}/${prefixLength}`;

/** Addresses as programs write them: no zones, no leading zeros, no IPv4 in IPv6. */
function readIp(text: string): IpValue {
  const address = parseIp(text);
  if (address === undefined || address.leadingZeros) {
    const problem = text.includes('%') ? 'zones are not allowed' : 'unable to parse IP';
    throw new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${problem}`,
    );
  }
  if (address.mapped) throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new IpValue(address);
}

function readCidr(text: string): CidrValue {
  const network = parseCidr(text);
  if (network === undefined || network.leadingZeros) {
    const problem = `netip.ParsePrefix(${JSON.stringify(text)}): no '/'`;
    throw new CelError(`network address parse error during conversion from string: ${problem}`);
  }
  if (network.address.mapped) throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new CidrValue(network);
}

function can(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

/** Whether an address is in a range, which is written for each family. */
const within =
  (v4: string | undefined, v6: string) =>
  ({ address }: IpValue): boolean => {
    const range = address.family === 4 ? v4 : v6;
    return range !== undefined && contains(parseCidr(range)!, address);
  };

const bits = (family: 4 | 6): number => (family === 4 ? 32 : 128);

function contains(network: IpNetwork, address: IpAddress): boolean {
  if (network.address.family !== address.family) return false;
  const shift = BigInt(bits(address.family) - network.prefixLength);
  return network.base >> shift === address.value >> shift;
}

const containsNetwork = (outer: CidrValue, inner: CidrValue): boolean =>
  contains(outer.network, inner.network.address) && outer.network.prefixLength <= inner.network.prefixLength;

const isUnspecified = within('0.0.0.0/32', '::/128');
const isLoopback = within('127.0.0.0/8', '::1/128');
const isMulticast = within('224.0.0.0/4', 'ff00::/8');
const isLinkLocal = within('169.254.0.0/16', 'fe80::/10');
const isLinkLocalMulticast = within('224.0.0.0/24', 'ff02::/16');
const isBroadcast = within('255.255.255.255/32', '::/128');
const isGlobal = (ip: IpValue): boolean =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocal, isBroadcast].some((check) => check(ip));

const masked = ({ network }: CidrValue): CidrValue => new CidrValue(parseCidr(formatCidr(network))!);

/** Addresses and networks. */
export const ADDRESSES: Functions = {
  ip: [plain([STRING], IP, readIp), member([CIDR], IP, ({ network }: CidrValue) => new IpValue(network.address))],
  isIP: [plain([STRING], BOOL, (text: string) => can(() => readIp(text)))],
  'ip.isCanonical': [plain([STRING], BOOL, (text: string) => formatIp(readIp(text).address) === text)],
  family: [member([IP], INT, ({ address }: IpValue) => BigInt(address.family))],
  isUnspecified: [member([IP], BOOL, isUnspecified)],
  isLoopback: [member([IP], BOOL, isLoopback)],
  isLinkLocalMulticast: [member([IP], BOOL, isLinkLocalMulticast)],
  isLinkLocalUnicast: [member([IP], BOOL, isLinkLocal)],
  isGlobalUnicast: [member([IP], BOOL, isGlobal)],
  cidr: [plain([STRING], CIDR, readCidr)],
  isCIDR: [plain([STRING], BOOL, (text: string) => can(() => readCidr(text)))],
  containsIP: [
    member([CIDR, STRING], BOOL, ({ network }: CidrValue, text: string) => contains(network, readIp(text).address)),
    member([CIDR, IP], BOOL, ({ network }: CidrValue, ip: IpValue) => contains(network, ip.address)),
  ],
  containsCIDR: [
    member([CIDR, STRING], BOOL, (outer: CidrValue, text: string) => containsNetwork(outer, readCidr(text))),
    member([CIDR, CIDR], BOOL, containsNetwork),
  ],
  prefixLength: [member([CIDR], INT, ({ network }: CidrValue) => BigInt(network.prefixLength))],
  masked: [member([CIDR], CIDR, masked)],
  string: [
    plain([IP], STRING, ({ address }: IpValue) => formatIp(address)),
    plain([CIDR], STRING, ({ network }: CidrValue) => textOf(network)),
  ],
};
