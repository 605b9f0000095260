import { createHash } from 'node:crypto';
import type { PortMapping } from '#cri/runtime.ts';

export interface PodRuleset {
  /** Name of the nftables table, ours alone. */
  readonly table: string;
  /** Whose it is: said in a comment, for whoever wants these addresses too. */
  readonly owner: string;
  /** Addresses of this node's pods. */
  readonly podCidr: string;
  /** Addresses that pods reach with their own address: every pod of the cluster, with those of this node. */
  readonly clusterCidr: string;
  readonly hostPorts: readonly { readonly address: string; readonly mapping: PortMapping }[];
}

/** What the nftables tables of pod networks begin with. */
export const TABLE_PREFIX = 'knarr_pods_';

/** The table of the pod network that keeps its state in this directory. */
export const podTable = (stateDirectory: string): string =>
  `${TABLE_PREFIX}${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 8)}`;

/** The whole table as input for `nft -f`: replaces what was there, in one transaction. */
export function podRuleset(ruleset: PodRuleset): string {
  const { table, owner, podCidr, clusterCidr, hostPorts } = ruleset;
  const hairpins = [...new Set(hostPorts.map(({ address }) => address))];
  return [
    deleteTable(table),
    `table ip ${table} {`,
    ...chain('hostports', hostPorts.map(hostPortRule)),
    ...chain('prerouting', [
      'type nat hook prerouting priority dstnat; policy accept;',
      'fib daddr type local jump hostports',
    ]),
    ...chain('output', ['type nat hook output priority -100; policy accept;', 'fib daddr type local jump hostports']),
    ...chain('postrouting', [
      'type nat hook postrouting priority srcnat; policy accept;',
      // A pod that calls itself by a node port must see answers come from outside; so must the node's loopback address.
      ...hairpins.map((address) => `ip saddr ${address} ip daddr ${address} ct status dnat masquerade`),
      'ip saddr 127.0.0.0/8 ct status dnat masquerade',
      `ip saddr ${podCidr} ip daddr != { ${clusterCidr}, 224.0.0.0/4 } masquerade comment "${commentOf(owner)}"`,
    ]),
    '}',
    '',
  ].join('\n');
}

/** As much as the kernel takes, and nothing that would end the text. */
const commentOf = (owner: string): string => owner.replace(/[^ !#-~]/g, '?').slice(-MAX_COMMENT);
const MAX_COMMENT = 127;

/** Input for `nft -f` that removes the table, and succeeds without it. */
export function deleteTable(table: string): string {
  return `table ip ${table} {\n}\ndelete table ip ${table}\n`;
}

function chain(name: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, ...rules.map((rule) => `    ${rule}`), '  }'];
}

function hostPortRule({ address, mapping }: PodRuleset['hostPorts'][number]): string {
  const { protocol, hostPort, hostIp, containerPort } = mapping;
  const anyAddress = hostIp === undefined || hostIp === '' || hostIp === '0.0.0.0' || hostIp.includes(':');
  const destination = anyAddress ? '' : `ip daddr ${hostIp} `;
  return `${destination}${protocol.toLowerCase()} dport ${hostPort} dnat to ${address}:${containerPort}`;
}
