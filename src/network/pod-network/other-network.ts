import { runCommand } from '../run-command.ts';
import { overlap } from './ipv4-range.ts';
import { TABLE_PREFIX } from './pod-ruleset.ts';

/** Pods of two clusters on one machine would get the same addresses. */
export class PodNetworkTakenError extends Error {
  override readonly name = 'PodNetworkTakenError';
}

/**
 * Who has a network on this machine that shares addresses with `podCidr`, besides the one of `ownTable`: what that one says of
 * itself. A network is there from its first start until it is destroyed, also while its cluster is stopped.
 */
export async function otherNetwork(podCidr: string, ownTable: string): Promise<string | undefined> {
  const listed = await runCommand('nft', ['list', 'tables', 'ip']);
  const tables = [...listed.matchAll(/^table ip (\S+)$/gm)].map(([, table = '']) => table);
  for (const table of tables) {
    if (!table.startsWith(TABLE_PREFIX) || table === ownTable) continue;
    const other = networkIn(await runCommand('nft', ['list', 'chain', 'ip', table, 'postrouting']));
    if (other && overlap(other.podCidr, podCidr)) return other.owner;
  }
  return undefined;
}

/** Reads a network's addresses and owner from its chain, as nft lists it. */
export function networkIn(chain: string): { readonly podCidr: string; readonly owner: string } | undefined {
  const found = /^\s*ip saddr (\S+\/\d+) ip daddr != .* masquerade(?: comment "(.*)")?$/m.exec(chain);
  return found ? { podCidr: found[1] ?? '', owner: found[2] ?? 'another data directory' } : undefined;
}
