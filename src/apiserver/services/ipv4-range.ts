/** An IPv4 CIDR block. */
export interface Ipv4Range {
  readonly cidr: string;
  /** The first usable address's number: the network address plus one. */
  readonly first: number;
  /** Usable addresses: all but network and broadcast. */
  readonly size: number;
}

/** Throws for text that is no IPv4 CIDR block of at least four addresses. */
export function parseIpv4Range(cidr: string): Ipv4Range {
  const match = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const bits = Number(match?.[2]);
  if (!match || bits > 30) throw new Error(`parse address range ${JSON.stringify(cidr)}: not an IPv4 CIDR block`);
  const total = 2 ** (32 - bits);
  const network = Math.floor(toNumber(match[1] as string) / total) * total;
  return { cidr, first: network + 1, size: total - 2 };
}

export const addressAt = (range: Ipv4Range, offset: number): string => toText(range.first + offset);

export function contains(range: Ipv4Range, address: string): boolean {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return false;
  const offset = toNumber(address) - range.first;
  return offset >= 0 && offset < range.size;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

const toText = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Upstream leaves the lower part of a range to those who choose addresses: at most 256, at least 16, a sixteenth between. */
export const staticPart = (size: number): number => Math.min(Math.max(16, Math.floor(size / 16)), 256);
