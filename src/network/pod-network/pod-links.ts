import { createHash } from 'node:crypto';
import { parseIpv4 } from './ipv4-range.ts';

/** One pod's connection: a pair of virtual Ethernet devices, `device` in the node, `eth0` in the pod. */
export interface PodLink {
  readonly device: string;
  readonly address: string;
  readonly gateway: string;
  readonly mtu: number;
}

/** Every node side has the same hardware address: each pair is a network of its own. */
const NODE_MAC = 'ee:ee:ee:ee:ee:ee';

/** The node side's device name: stable for a sandbox, at most 15 characters. */
export function deviceName(sandboxId: string): string {
  return `kn${createHash('sha256').update(sandboxId).digest('hex').slice(0, 11)}`;
}

/** A pod's hardware address follows from its IP address, so that no neighbour ever has to be asked. */
export function podMac(address: string): string {
  const value = parseIpv4(address) ?? 0;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
  return ['0a', '58', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** Commands for `ip -batch` in the node: makes the pair and a route to the pod. No bridge, no ARP. */
export function nodeBatch(link: PodLink, netnsPath: string): string {
  const { device, address, gateway, mtu } = link;
  return lines(
    `link add name ${device} mtu ${mtu} address ${NODE_MAC} type veth peer name eth0 mtu ${mtu} address ${podMac(address)} netns ${netnsPath}`,
    `link set dev ${device} up`,
    `neigh replace ${address} lladdr ${podMac(address)} dev ${device} nud permanent`,
    `route replace ${address}/32 dev ${device} src ${gateway}`,
  );
}

/** Commands for `ip -batch` in the pod's network namespace. */
export function podBatch({ address, gateway }: PodLink): string {
  return lines(
    'link set dev lo up',
    `addr add ${address}/32 dev eth0`,
    'link set dev eth0 up',
    `neigh replace ${gateway} lladdr ${NODE_MAC} dev eth0 nud permanent`,
    `route add ${gateway}/32 dev eth0 scope link`,
    `route add default via ${gateway} dev eth0`,
  );
}

function lines(...commands: string[]): string {
  return `${commands.join('\n')}\n`;
}
