import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { DEFAULT_CONFIGURATION } from './configuration.ts';
import { printDetails, violationsOf } from './evaluate.ts';
import { type LevelVersion, policyOf } from './level-version.ts';

const container = (more: object = {}) => ({ name: 'c', image: 'x', ...more });
const spec = (more: object = {}, ofContainer: object = {}): PodSpec =>
  ({ containers: [container(ofContainer)], ...more }) as PodSpec;
const secure = (context: object) => spec({}, { securityContext: context });

const { defaults } = DEFAULT_CONFIGURATION;
const BASELINE: LevelVersion = { level: 'baseline', version: 'latest' };
const RESTRICTED: LevelVersion = { level: 'restricted', version: 'latest' };

/** A pod that no rule objects to. */
const GOOD = spec(
  { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
  { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
);
const good = (more: object, context: object = {}): PodSpec => ({
  ...GOOD,
  ...more,
  containers: GOOD.containers.map((each) => ({
    ...each,
    securityContext: { ...each.securityContext, ...context },
  })) as PodSpec['containers'],
});

const details = (pod: PodSpec, standard: LevelVersion, annotations = {}) =>
  printDetails(violationsOf({ metadata: { annotations }, spec: pod }, standard));

describe('the baseline forbids', () => {
  test.each<[string, PodSpec, string]>([
    ['nothing of a plain pod', spec(), ''],
    [
      'privileged containers',
      secure({ privileged: true }),
      'privileged (container "c" must not set securityContext.privileged=true)',
    ],
    ['host namespaces', spec({ hostNetwork: true, hostIPC: true }), 'host namespaces (hostNetwork=true, hostIPC=true)'],
    [
      'paths of the host',
      spec({
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', emptyDir: {} },
          { name: 'd', hostPath: { path: '/' } },
        ],
      }),
      'hostPath volumes (volumes "a", "d")',
    ],
    [
      'ports of the host',
      spec(
        {},
        {
          ports: [
            { containerPort: 1, hostPort: 81 },
            { containerPort: 2, hostPort: 80 },
          ],
        },
      ),
      'hostPort (container "c" uses hostPorts 80, 81)',
    ],
    [
      'capabilities beyond the usual',
      secure({ capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_ADMIN'] } }),
      'non-default capabilities (container "c" must not include "NET_ADMIN", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [
      'SELinux users and unusual types',
      spec({ securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } }),
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      'an unmasked /proc',
      secure({ procMount: 'Unmasked' }),
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'no seccomp profile',
      {
        ...secure({ seccompProfile: { type: 'Unconfined' } }),
        securityContext: { seccompProfile: { type: 'Unconfined' } },
      },
      'seccompProfile (pod and container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'sysctls that reach further than the pod',
      spec({
        securityContext: {
          sysctls: [
            { name: 'kernel.msgmax', value: '1' },
            { name: 'net.ipv4.tcp_rmem', value: '1' },
          ],
        },
      }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'no AppArmor profile',
      secure({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      'host processes',
      spec({ securityContext: { windowsOptions: { hostProcess: true } } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      'probes of other hosts',
      spec({}, { livenessProbe: { httpGet: { port: 80, host: 'example.com' } } }),
      'probe or lifecycle host (container "c" uses probe or lifecycle host "example.com")',
    ],
  ])('%s', (_, pod, expected) => expect(details(pod, BASELINE)).toBe(expected));

  test('what it forbade at a version', () => {
    const probing = spec({}, { livenessProbe: { tcpSocket: { port: 80, host: 'h' } } });
    const tuned = spec({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } });
    const unmasked = { ...secure({ procMount: 'Unmasked' }), hostUsers: false };
    const at = (version: number) =>
      [probing, tuned, unmasked].map((pod) => details(pod, { level: 'baseline', version }) === '');
    expect([at(31), at(33), at(34), at(36), at(99)]).toEqual([
      [true, false, false],
      [true, true, false],
      [false, true, false],
      [false, true, true],
      [false, true, true],
    ]);
  });
});

describe('the restricted level', () => {
  test.each<[string, PodSpec, string]>([
    ['allows a pod that gives up everything', GOOD, ''],
    [
      'wants everything given up',
      spec(),
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ],
    [
      'allows few kinds of volumes',
      good({
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', secret: {} },
          { name: 'd', nfs: { server: 's', path: '/' } },
        ],
      }),
      'restricted volume types (volumes "a", "d" use restricted volume types "hostPath", "nfs")',
    ],
    ['allows volumes from images', good({ volumes: [{ name: 'a', image: { reference: 'x' } }] }), ''],
    ['forbids root', good({}, { runAsUser: 0 }), 'runAsUser=0 (container "c" must not set runAsUser=0)'],
    [
      'forbids capabilities but one',
      good({}, { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] } }),
      'unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    ['lets root be in a user namespace', good({ hostUsers: false }, { runAsUser: 0, runAsNonRoot: false }), ''],
    [
      'forbids an unmasked /proc even there',
      good({ hostUsers: false }, { procMount: 'Unmasked' }),
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
    ],
  ])('%s', (_, pod, expected) => expect(details(pod, RESTRICTED)).toBe(expected));
});

test('labels say the policy, and enforcing warns', () => {
  const label = 'pod-security.kubernetes.io/';
  expect(policyOf({ [`${label}enforce`]: 'baseline', [`${label}enforce-version`]: 'v1.30' }, defaults)).toEqual({
    policy: {
      enforce: { level: 'baseline', version: 30 },
      audit: { level: 'privileged', version: 'latest' },
      warn: { level: 'baseline', version: 30 },
    },
    errors: [],
  });
  const { policy, errors } = policyOf({ [`${label}enforce`]: 'hard', [`${label}warn`]: 'soft' }, defaults);
  expect([policy.enforce.level, policy.warn.level]).toEqual(['restricted', 'privileged']);
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "hard": must be one of privileged, baseline, restricted',
    'metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: "soft": must be one of privileged, baseline, restricted',
  ]);
});

describe('in a namespace', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ controllers: false, scheduler: false });
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.client.of(Namespaces).create({ metadata: { name: 'strict', labels } });
    for (const namespace of ['strict', 'default']) {
      await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
    }
  });
  afterAll(() => cluster.stop());

  test('pods beyond the enforced level are refused', async () => {
    const pod = { metadata: { name: 'x', namespace: 'strict' }, spec: spec() } as Pod;
    await expect(cluster.client.of(Pods).create(pod)).rejects.toMatchObject({
      code: 403,
      message: expect.stringMatching(
        /^pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c" must set securityContext.allowPrivilegeEscalation=false\), /,
      ),
    });
    await cluster.client.of(Pods).create({ ...pod, spec: GOOD });
  });

  test('templates beyond the level are warned of, and so are pods that are there when it becomes stricter', async () => {
    await cluster.client.of(Pods).create({ metadata: { name: 'old', namespace: 'default' }, spec: spec() });
    const call = createCall(await cluster.listen());
    const template = { metadata: { labels: { a: 'b' } }, spec: spec({ hostPID: true }) };
    const deployment = {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'd', namespace: 'strict' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    const headers = { 'content-type': 'application/json' };
    const made = await call('/apis/apps/v1/namespaces/strict/deployments', {
      method: 'POST',
      headers,
      body: JSON.stringify(deployment),
    });
    expect([made.code, String(made.headers['warning'])]).toEqual([
      201,
      expect.stringMatching(
        /^299 - "would violate PodSecurity \\"restricted:latest\\": host namespaces \(hostPID=true\), /,
      ),
    ]);
    expect((await cluster.client.of(Deployments).get('d', { namespace: 'strict' })).metadata?.name).toBe('d');
    const labelled = await call('/api/v1/namespaces/default', {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }),
    });
    expect(String(labelled.headers['warning'])).toBe(
      '299 - "existing pods in namespace \\"default\\" violate the new PodSecurity enforce level \\"restricted:latest\\"", ' +
        '299 - "old: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile"',
    );
  });

  test('labels that cannot be read are refused', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce-version': '1.30' };
    await expect(
      cluster.client.of(Namespaces).patch('kube-system', mergePatch({ metadata: { labels } })),
    ).rejects.toMatchObject({
      code: 422,
      message:
        'Namespace "kube-system" is invalid: metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: "1.30": must be "latest" or "v1.x"',
    });
  });
});
