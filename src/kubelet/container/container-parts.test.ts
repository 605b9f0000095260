import { describe, expect, test } from 'vitest';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { Image } from '#cri/runtime.ts';
import { container, podOf } from '../testing/fixtures.ts';
import { parseResolvConf, podDns } from './dns.ts';
import { hostsFile } from './hosts-file.ts';
import { cgroupParent, containerResources, cpuQuota, cpuShares, oomScoreAdjust } from './resources.ts';
import { checkNonRoot, containerSecurity } from './security.ts';

const HOST = parseResolvConf('# local\nnameserver 192.0.2.1\nsearch example.org\noptions timeout:1\n');
const DNS = { clusterDns: ['10.96.0.10'], clusterDomain: 'cluster.local', host: HOST };
const CLUSTER = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org'];

describe('resolver configuration', () => {
  test.each<[string, Partial<PodSpec>, object]>([
    ['ClusterFirst', {}, { servers: ['10.96.0.10'], searches: CLUSTER, options: ['ndots:5'] }],
    ['ClusterFirst on the host network', { hostNetwork: true }, HOST],
    [
      'ClusterFirstWithHostNet',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      { servers: ['10.96.0.10'], searches: CLUSTER, options: ['ndots:5'] },
    ],
    ['Default', { dnsPolicy: 'Default' }, HOST],
    [
      'None with its own',
      {
        dnsPolicy: 'None',
        dnsConfig: {
          nameservers: ['1.1.1.1'],
          searches: ['a'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      },
      { servers: ['1.1.1.1'], searches: ['a'], options: ['ndots:2', 'edns0'] },
    ],
    [
      'ClusterFirst with more',
      { dnsConfig: { options: [{ name: 'ndots', value: '1' }] } },
      { servers: ['10.96.0.10'], searches: CLUSTER, options: ['ndots:1'] },
    ],
  ])('%s', (_, spec, expected) => expect(podDns(podOf(spec), DNS)).toEqual(expected));
});

test('the hosts file knows the pod, its domain and its aliases', () => {
  const text = hostsFile({
    podIPs: ['10.1.0.1'],
    hostname: 'web',
    domain: 'sub.default.svc.cluster.local',
    aliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }],
  });
  expect(text.split('\n').slice(-5)).toEqual([
    '10.1.0.1\tweb.sub.default.svc.cluster.local\tweb',
    '',
    '# Entries added by HostAliases.',
    '1.2.3.4\ta\tb',
    '',
  ]);
});

describe('resources', () => {
  test.each([
    [0, 2, 0],
    [1, 2, 1000],
    [250, 256, 25_000],
    [1000, 1024, 100_000],
  ])('%i thousandths of a CPU', (milli, shares, quota) =>
    expect([cpuShares(milli), cpuQuota(milli)]).toEqual([shares, quota]),
  );

  const GIB = 2 ** 30;
  const sized = (requests: Record<string, string>, limits: Record<string, string> = {}) =>
    podOf({ containers: [container('c', { resources: { requests, limits } })] }).spec as PodSpec;

  test.each([
    ['best effort', sized({}), 1000, '/kubepods/besteffort/podu'],
    ['a quarter of the memory', sized({ memory: '256Mi' }), 750, '/kubepods/burstable/podu'],
    ['all of the memory', sized({ memory: '1Gi' }), 3, '/kubepods/burstable/podu'],
    ['some CPU', sized({ cpu: '1' }), 999, '/kubepods/burstable/podu'],
    ['guaranteed', sized({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' }), -997, '/kubepods/podu'],
  ])('%s', (_, spec, score, parent) => {
    expect([oomScoreAdjust(spec, spec.containers[0]!, GIB), cgroupParent(spec, 'u')]).toEqual([score, parent]);
  });

  test('limits and requests become what the runtime sets', () => {
    const spec = sized({ cpu: '250m', memory: '32Mi' }, { cpu: '500m', memory: '64Mi' });
    expect(containerResources(spec, spec.containers[0]!, GIB)).toEqual({
      cpuPeriod: 100_000,
      cpuQuota: 50_000,
      cpuShares: 256,
      memoryLimitInBytes: 64 * 1024 * 1024,
      oomScoreAdj: 969,
    });
  });
});

describe('security', () => {
  const namespaces = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' } as const;

  test("a container's own context stands before the pod's", () => {
    const spec = podOf({ securityContext: { runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4, 3] } })
      .spec as PodSpec;
    const own = container('c', {
      securityContext: { runAsUser: 9, allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerSecurity(spec, own, { namespaces })).toMatchObject({
      runAsUser: 9,
      runAsGroup: 2,
      supplementalGroups: [4, 3],
      noNewPrivileges: true,
      seccompProfile: 'RuntimeDefault',
      privileged: false,
    });
  });

  test.each<[string, object, Partial<Image>, string | undefined]>([
    [
      'an image that says nothing',
      {},
      {},
      'container has runAsNonRoot and image will run as root (pod: "p", container: c)',
    ],
    ['an image with a user', {}, { uid: 5 }, undefined],
    [
      'an image with a name',
      {},
      { username: 'bob' },
      'container has runAsNonRoot and image has non-numeric user (bob), cannot verify user is non-root (pod: "p", container: c)',
    ],
    ['its own user', { runAsUser: 7 }, {}, undefined],
    [
      'root as its own user',
      { runAsUser: 0 },
      { uid: 5 },
      'container\'s runAsUser breaks non-root policy (pod: "p", container: c)',
    ],
  ])('a container that may not be root, with %s', (_, context, image, message) => {
    const check = () =>
      checkNonRoot(
        podOf({}).spec as PodSpec,
        container('c', { securityContext: { runAsNonRoot: true, ...context } }),
        image as Image,
        'p',
      );
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });
});
