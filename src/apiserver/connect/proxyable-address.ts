import { BlockList, isIP } from 'node:net';
import { newBadRequest } from '#machinery/errors/status-error.ts';

/** The addresses of a host. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What is no address of one machine in a network; addresses of IPv4 within IPv6 count as what they are. */
const NEIGHBOURS = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const)
  NEIGHBOURS.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  NEIGHBOURS.addSubnet(network, prefix, 'ipv6');

/** This server must not be made to talk to itself or to its machine's neighbours. Throws a 400. */
export function proxyable(address: string | undefined): string {
  const family = isIP(address ?? '');
  const isForbidden = family === 0 || NEIGHBOURS.check(address as string, family === 6 ? 'ipv6' : 'ipv4');
  if (isForbidden) throw newBadRequest('address not allowed');
  return address as string;
}

/**
 * The address to connect to for a host that must have no other addresses than such. Rejects with a 400. Who asked the name
 * once more could be told another one.
 */
export async function proxyableHost(host: string, resolve: Resolve): Promise<string> {
  if (isIP(host) !== 0) return proxyable(host);
  const addresses = await resolve(host).catch(() => {
    throw newBadRequest(`lookup ${host}: no such host`);
  });
  const [first] = addresses.map(proxyable);
  if (first === undefined) throw newBadRequest('no addresses for hostname');
  return first;
}
