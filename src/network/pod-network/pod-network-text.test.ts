import { describe, expect, test } from 'vitest';
import { overlap, parseIpv4Range } from './ipv4-range.ts';
import { networkIn } from './other-network.ts';
import { deviceName, nodeBatch, podBatch, podMac } from './pod-links.ts';
import { podRuleset } from './pod-ruleset.ts';

describe('pod network as text', () => {
  test('gives the node the first address and pods the rest', () => {
    const range = parseIpv4Range('10.244.3.77/24');
    expect([range.cidr, range.gateway, range.size, range.at(0), range.at(range.size - 1)]).toEqual([
      '10.244.3.0/24',
      '10.244.3.1',
      253,
      '10.244.3.2',
      '10.244.3.254',
    ]);
    expect([range.indexOf('10.244.3.9'), range.indexOf('10.244.3.1'), range.indexOf('10.244.4.2')]).toEqual([
      7, -1, -1,
    ]);
  });

  test.each(['10.244.0.0', '10.244.0.0/31', '10.244.0.256/24', 'fd00::/64', '10.0.0.0/x'])('refuses %s', (cidr) => {
    expect(() => parseIpv4Range(cidr)).toThrow('is no IPv4 network');
  });

  test('names devices and hardware addresses', () => {
    expect(deviceName('a-sandbox')).toMatch(/^kn[0-9a-f]{11}$/);
    expect(podMac('10.244.3.9')).toBe('0a:58:0a:f4:03:09');
  });

  const link = { device: 'kn1', address: '10.0.0.9', gateway: '10.0.0.1', mtu: 1450 };

  test('makes the pair and the route in the node', () => {
    expect(nodeBatch(link, '/run/netns/x')).toBe(
      `link add name kn1 mtu 1450 address ee:ee:ee:ee:ee:ee type veth peer name eth0 mtu 1450 address 0a:58:0a:00:00:09 netns /run/netns/x
link set dev kn1 up
neigh replace 10.0.0.9 lladdr 0a:58:0a:00:00:09 dev kn1 nud permanent
route replace 10.0.0.9/32 dev kn1 src 10.0.0.1
`,
    );
  });

  test('gives the pod its address and a default route', () => {
    expect(podBatch(link)).toBe(
      `link set dev lo up
addr add 10.0.0.9/32 dev eth0
link set dev eth0 up
neigh replace 10.0.0.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent
route add 10.0.0.1/32 dev eth0 scope link
route add default via 10.0.0.1 dev eth0
`,
    );
  });

  test('masquerades what leaves the cluster and forwards host ports', () => {
    const ruleset = podRuleset({
      table: 'knarr_pods_1',
      owner: 'the "cluster" in /data',
      podCidr: '10.0.1.0/24',
      clusterCidr: '10.0.0.0/16',
      hostPorts: [
        { address: '10.0.1.9', mapping: { protocol: 'TCP', containerPort: 80, hostPort: 8080 } },
        { address: '10.0.1.9', mapping: { protocol: 'UDP', containerPort: 53, hostPort: 53, hostIp: '127.0.0.1' } },
      ],
    });
    expect(ruleset).toBe(`table ip knarr_pods_1 {
}
delete table ip knarr_pods_1

table ip knarr_pods_1 {
  chain hostports {
    tcp dport 8080 dnat to 10.0.1.9:80
    ip daddr 127.0.0.1 udp dport 53 dnat to 10.0.1.9:53
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local jump hostports
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump hostports
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 10.0.1.9 ip daddr 10.0.1.9 ct status dnat masquerade
    ip saddr 127.0.0.0/8 ct status dnat masquerade
    ip saddr 10.0.1.0/24 ip daddr != { 10.0.0.0/16, 224.0.0.0/4 } masquerade comment "the ?cluster? in /data"
  }
}
`);
    expect(networkIn(ruleset)).toEqual({ podCidr: '10.0.1.0/24', owner: 'the ?cluster? in /data' });
  });

  test('reads whose a network is from what nft lists', () => {
    const listed = (comment: string) =>
      `table ip knarr_pods_1 {\n\tchain postrouting {\n\t\tip saddr 10.0.1.0/24 ip daddr != { 10.0.0.0/16, 224.0.0.0/4 } masquerade${comment}\n\t}\n}\n`;
    expect(networkIn(listed(' comment "the cluster in /data"'))?.owner).toBe('the cluster in /data');
    expect(networkIn(listed(''))).toEqual({ podCidr: '10.0.1.0/24', owner: 'another data directory' });
    expect(networkIn('table ip knarr_pods_1 {\n}\n')).toBeUndefined();
  });

  test.each([
    ['10.244.0.0/24', '10.244.0.0/24', true],
    ['10.244.0.0/24', '10.244.1.0/24', false],
    ['10.244.0.0/16', '10.244.255.0/24', true],
    ['10.244.3.128/25', '10.244.3.77/25', false],
  ])('networks that share addresses: %s and %s: %s', (one, other, expected) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([expected, expected]);
  });
});
