import { runCommand } from './run-command.ts';

/** A device of the node's own, with the address by which pods reach the node: its API server, its DNS, its agent. */
export interface NodeLink {
  /** At most 15 characters. */
  readonly device: string;
  /** IPv4, without a prefix length. */
  readonly address: string;
}

/** Makes the device, or puts right what is there. It stays when the node stops: running pods need it. */
export async function ensureNodeLink({ device, address }: NodeLink): Promise<void> {
  const present = await deviceAddresses(device);
  const lines = [
    ...(present === undefined ? [`link add ${device} type dummy`] : []),
    `link set ${device} up`,
    ...(present?.includes(address) ? [] : [`addr add ${address}/32 dev ${device}`]),
  ];
  await runCommand('ip', ['-batch', '-'], `${lines.join('\n')}\n`);
}

/** Removes the device; harmless when it is gone. */
export async function removeNodeLink(device: string): Promise<void> {
  if ((await deviceAddresses(device)) !== undefined) await runCommand('ip', ['link', 'delete', device]);
}

/** The IPv4 addresses of a device; undefined when there is no such device. */
export async function deviceAddresses(device: string): Promise<string[] | undefined> {
  const links = JSON.parse((await runCommand('ip', ['-json', '-4', 'addr', 'show'])) || '[]') as {
    ifname?: string;
    addr_info?: { local?: string }[];
  }[];
  const all = JSON.parse((await runCommand('ip', ['-json', 'link', 'show'])) || '[]') as { ifname?: string }[];
  if (!all.some((link) => link.ifname === device)) return undefined;
  const own = links.find((link) => link.ifname === device);
  return (own?.addr_info ?? []).map((info) => info.local ?? '').filter((local) => local !== '');
}
