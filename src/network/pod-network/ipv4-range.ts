/** An IPv4 network of pods: `10.244.1.0/24`. */
export interface Ipv4Range {
  readonly cidr: string;
  /** The node's own address in the network, the first one: every pod's gateway. */
  readonly gateway: string;
  /** Addresses that pods can have. */
  readonly size: number;
  /** The address at `index`, 0 to `size - 1`. */
  at(index: number): string;
  /** The index of an address; -1 when it is outside. */
  indexOf(address: string): number;
}

/** Reads a CIDR with a prefix of 8 to 30 bits; throws for anything else. */
export function parseIpv4Range(cidr: string): Ipv4Range {
  const [address = '', prefix = ''] = cidr.split('/');
  const bits = Number(prefix);
  const value = parseIpv4(address);
  if (value === undefined || !/^\d+$/.test(prefix) || bits < 8 || bits > 30) {
    throw new Error(`parse pod CIDR: ${JSON.stringify(cidr)} is no IPv4 network with a prefix of 8 to 30 bits`);
  }
  const total = 2 ** (32 - bits);
  const first = value - (value % total);
  // Neither the network's address, nor the gateway, nor the broadcast address.
  const size = total - 3;
  return {
    cidr: `${formatIpv4(first)}/${bits}`,
    gateway: formatIpv4(first + 1),
    size,
    at: (index) => formatIpv4(first + 2 + index),
    indexOf: (text) => {
      const index = (parseIpv4(text) ?? -1) - first - 2;
      return index >= 0 && index < size ? index : -1;
    },
  };
}

/** Whether two networks share addresses. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [boundsOf(one), boundsOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

function boundsOf(cidr: string): { readonly first: number; readonly last: number } {
  const [address = '', prefix = ''] = cidr.split('/');
  const total = 2 ** (32 - Number(prefix));
  const value = parseIpv4(address) ?? Number.NaN;
  const first = value - (value % total);
  return { first, last: first + total - 1 };
}

/** The number behind a dotted address; undefined when it is none. */
export function parseIpv4(address: string): number | undefined {
  const parts = address.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return valid ? parts.reduce((value, part) => value * 256 + Number(part), 0) : undefined;
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
