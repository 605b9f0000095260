import { parseIpv4, parseIpv4Range } from '#network/pod-network/ipv4-range.ts';
import { CommandError } from './command-error.ts';
import { NODE_NETWORK } from './node-network.ts';

export interface PodNetworkFlags {
  readonly clusterCidr?: string;
  readonly nodeCidrMaskSize?: string;
}

/** Where the pods of all nodes get their addresses from. */
export interface PodNetworkConfiguration {
  readonly clusterCidr: string;
  readonly nodeMaskSize: number;
}

/** No cluster is divided into more than 2^16 ranges. */
const MAX_DIFFERENCE = 16;
const MAX_MASK = 30;

/** What the flags of `knarr up` say of the pod network. Throws a `CommandError` that names the flag and what is wrong. */
export function readPodNetwork({
  clusterCidr = NODE_NETWORK.clusterCidr,
  nodeCidrMaskSize = '24',
}: PodNetworkFlags): PodNetworkConfiguration {
  const cluster = readCidr(clusterCidr);
  const nodeMaskSize = Number(nodeCidrMaskSize);
  const { prefix } = boundsOf(cluster);
  if (!Number.isInteger(nodeMaskSize) || nodeMaskSize < prefix || nodeMaskSize > MAX_MASK) {
    throw refusal('--node-cidr-mask-size', nodeCidrMaskSize, `must be from ${prefix} to ${MAX_MASK}`);
  }
  if (nodeMaskSize - prefix > MAX_DIFFERENCE) {
    const most = prefix + MAX_DIFFERENCE;
    throw refusal('--node-cidr-mask-size', nodeCidrMaskSize, `must be ${most} at most for ${cluster}`);
  }
  if (!contains(cluster, NODE_NETWORK.podCidr)) {
    const detail = `must contain ${NODE_NETWORK.podCidr}, the pods of the local node`;
    throw refusal('--cluster-cidr', clusterCidr, detail);
  }
  if (contains(cluster, NODE_NETWORK.serviceCidr) || contains(NODE_NETWORK.serviceCidr, cluster)) {
    throw refusal('--cluster-cidr', clusterCidr, `must not overlap with ${NODE_NETWORK.serviceCidr}, the services`);
  }
  return { clusterCidr: cluster, nodeMaskSize };
}

function readCidr(clusterCidr: string): string {
  try {
    return parseIpv4Range(clusterCidr).cidr;
  } catch {
    throw refusal('--cluster-cidr', clusterCidr, 'must be an IPv4 network with a prefix of 8 to 30 bits');
  }
}

function boundsOf(cidr: string) {
  const [address = '', bits = ''] = cidr.split('/');
  const prefix = Number(bits);
  const first = parseIpv4(address) ?? 0;
  return { first, last: first + 2 ** (32 - prefix) - 1, prefix };
}

function contains(outer: string, inner: string): boolean {
  const [one, other] = [boundsOf(outer), boundsOf(inner)];
  return one.first <= other.first && other.last <= one.last;
}

const refusal = (flag: string, value: string, detail: string): CommandError =>
  new CommandError(`read ${flag} ${JSON.stringify(value)}: ${detail}`, { exitCode: 2 });
