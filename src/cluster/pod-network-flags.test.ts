import { expect, test } from 'vitest';
import { readPodNetwork } from './pod-network-flags.ts';

test.each([
  ['nothing', {}, { clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 }],
  ['more nodes', { clusterCidr: '10.240.0.0/12' }, { clusterCidr: '10.240.0.0/12', nodeMaskSize: 24 }],
  ['smaller nodes', { nodeCidrMaskSize: '26' }, { clusterCidr: '10.244.0.0/16', nodeMaskSize: 26 }],
  [
    'another address of the network',
    { clusterCidr: '10.244.7.1/16' },
    { clusterCidr: '10.244.0.0/16', nodeMaskSize: 24 },
  ],
] as const)('the pod network by its flags: %s', (_, flags, want) => {
  expect(readPodNetwork(flags)).toEqual(want);
});

test.each([
  [{ clusterCidr: 'fd00::/64' }, '--cluster-cidr "fd00::/64": must be an IPv4 network with a prefix of 8 to 30 bits'],
  [
    { clusterCidr: '10.250.0.0/16' },
    '--cluster-cidr "10.250.0.0/16": must contain 10.244.0.0/24, the pods of the local node',
  ],
  [{ clusterCidr: '10.0.0.0/8' }, '--cluster-cidr "10.0.0.0/8": must not overlap with 10.96.0.0/12, the services'],
  [{ nodeCidrMaskSize: '12' }, '--node-cidr-mask-size "12": must be from 16 to 30'],
  [
    { clusterCidr: '10.240.0.0/12', nodeCidrMaskSize: '30' },
    '--node-cidr-mask-size "30": must be 28 at most for 10.240.0.0/12',
  ],
])('%j is refused', (flags, message) => {
  expect(() => readPodNetwork(flags)).toThrow(`read ${message}`);
});
