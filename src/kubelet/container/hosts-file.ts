import type { HostAlias } from '#api/core/v1/pod-spec.ts';

/** A pod's names as its own hosts file has them. */
export interface HostsFileInput {
  readonly podIPs: readonly string[];
  readonly hostname: string;
  /** The pod's fully qualified domain, where it has one. */
  readonly domain: string;
  readonly aliases: readonly HostAlias[];
  /** The node's own file, for pods on the node's network. */
  readonly hostFile?: string;
}

const HEADER = '# Kubernetes-managed hosts file.\n';
const HOST_HEADER = '# Kubernetes-managed hosts file (host network).\n';
const LOCAL = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

/** The text of a pod's /etc/hosts. */
export function hostsFile({ podIPs, hostname, domain, aliases, hostFile }: HostsFileInput): string {
  const tail = aliasLines(aliases);
  if (hostFile !== undefined) return HOST_HEADER + hostFile + tail;
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  const own = podIPs.map((ip) => `${ip}\t${names}\n`).join('');
  return `${HEADER}${LOCAL.join('\n')}\n${own}${tail}`;
}

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}
