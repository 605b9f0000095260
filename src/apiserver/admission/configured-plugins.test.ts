import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Event, Events } from '#api/core/v1/event.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { systemClock } from '#base/clock.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { startJsonServer } from '../authentication/testing/json-server.ts';
import { readAdmissionConfiguration } from './admission-configuration.ts';
import { readImagePolicy } from './image-policy/image-policy-configuration.ts';
import { createImagePolicyWebhook } from './image-policy/image-policy-webhook.ts';
import { pluginConfigurationError } from './plugins.ts';
import { admit, attributesOf, type TestRequest } from './testing.ts';

const POD_SECURITY = `
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: { enforce: baseline, enforce-version: v1.30 }
exemptions: { usernames: [deployer], namespaces: [exempt], runtimeClasses: [sandbox] }`;
const FILE = `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  path: pod-security.yaml
- name: ResourceQuota
  configuration:
    apiVersion: apiserver.config.k8s.io/v1
    kind: ResourceQuotaConfiguration
    limitedResources:
    - resource: pods
      matchContains: [requests.memory]
    - resource: pods
      matchScopes: [{ scopeName: PriorityClass, operator: In, values: [system-node-critical] }]
- name: EventRateLimit
  configuration:
    apiVersion: eventratelimit.admission.k8s.io/v1alpha1
    kind: Configuration
    limits: [{ type: Namespace, qps: 1, burst: 2 }]
- name: PodNodeSelector
  configuration:
    podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: "zone=a", shop: "zone=a" }`;

let cluster: Cluster;
beforeAll(async () => {
  const admissionConfigurations = await readAdmissionConfiguration(FILE, async (path) => {
    expect(path).toBe('pod-security.yaml');
    return POD_SECURITY;
  });
  cluster = await Cluster.start({
    controllers: ['resourcequota-controller', 'serviceaccount-controller'],
    scheduler: false,
    enableAdmissionPlugins: ['EventRateLimit', 'NamespaceAutoProvision', 'PodNodeSelector'],
    disableAdmissionPlugins: ['ServiceAccount'],
    admissionConfigurations,
  });
  for (const name of ['shop', 'exempt']) await cluster.client.of(Namespaces).create({ metadata: { name } });
});
afterAll(() => cluster.stop());

const pod = (name: string, namespace: string, spec: object = {}, container: object = {}): Pod =>
  ({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'x', ...container }], ...spec } }) as Pod;
const privileged = { securityContext: { privileged: true } };

describe('plugins do as their configuration says', () => {
  test('a level that no namespace names is enforced, except for those who are exempt', async () => {
    const pods = cluster.client.of(Pods);
    await expect(pods.create(pod('a', 'shop', {}, privileged))).rejects.toMatchObject({
      code: 403,
      message:
        'pods "a" is forbidden: violates PodSecurity "baseline:v1.30": privileged (container "c" must not set securityContext.privileged=true)',
    });
    await pods.create(pod('a', 'exempt', {}, privileged));
    const deployer = cluster.clientFor({ name: 'deployer', groups: ['system:masters'] });
    await deployer.of(Pods).create(pod('b', 'shop', {}, privileged));
  });

  test('what is limited needs a quota that covers it', async () => {
    const pods = cluster.client.of(Pods);
    const hungry = (name: string) => pod(name, 'shop', {}, { resources: { requests: { memory: '1Gi' } } });
    await expect(pods.create(hungry('m'))).rejects.toMatchObject({
      message: 'pods "m" is forbidden: insufficient quota to consume: requests.memory',
    });
    await expect(pods.create(pod('c', 'shop', { priorityClassName: 'system-node-critical' }))).rejects.toMatchObject({
      message:
        'pods "c" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [system-node-critical]}]',
    });
    const quotas = cluster.client.of(ResourceQuotas);
    await quotas.create({ metadata: { name: 'q', namespace: 'shop' }, spec: { hard: { 'requests.memory': '2Gi' } } });
    await waitFor(async () => (await quotas.get('q', { namespace: 'shop' })).status?.used?.['requests.memory'] === '0');
    await pods.create(hungry('m'));
  });

  test('events that come too fast are refused', async () => {
    const events = cluster.client.of(Events);
    const event = (name: string): Event =>
      ({ metadata: { name, namespace: 'shop' }, involvedObject: { namespace: 'shop' }, type: 'Normal' }) as Event;
    const answers = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => events.create(event(name))));
    const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(refused[0]).toMatchObject({
      code: 429,
      message: 'Too many requests: limit reached on type Namespace for key shop',
    });
  });

  test('pods run where their namespace may, by default where the cluster says', async () => {
    const pods = cluster.client.of(Pods);
    const small = { resources: { requests: { memory: '1Mi' } } };
    expect((await pods.create(pod('s', 'shop', {}, small))).spec?.nodeSelector).toEqual({ zone: 'a' });
    await expect(pods.create(pod('t', 'shop', { nodeSelector: { disk: 'ssd' } }))).rejects.toMatchObject({
      message: 'pods "t" is forbidden: pod node label selector labels conflict with its namespace whitelist',
    });
  });

  test('a namespace comes with its first object', async () => {
    await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'first', namespace: 'made' } });
    expect((await cluster.client.of(Namespaces).get('made')).status?.phase).toBe('Active');
  });
});

describe('who is asked about images', () => {
  const policyOf = (target: object, more: object = {}) =>
    readImagePolicy(JSON.stringify({ imagePolicy: { kubeConfigFile: 'images', target, ...more } }));
  const asked: unknown[] = [];
  let server: Awaited<ReturnType<typeof startJsonServer>>;
  beforeAll(async () => {
    server = await startJsonServer((_path, body) => {
      const review = body as { spec: { containers: { image: string }[] } };
      asked.push(review.spec);
      const [image] = review.spec.containers;
      if (image?.image === 'broken') return 400;
      const allowed = image?.image !== 'bad' && image?.image !== 'mute';
      const reason = image?.image === 'bad' ? 'not of ours' : undefined;
      return { ...review, status: { allowed, reason, auditAnnotations: { seen: 'yes' } } };
    });
  });
  afterAll(() => server.stop());

  const judge = async (request: TestRequest, more: object = {}) => {
    const plugin = createImagePolicyWebhook({ clock: systemClock }, policyOf(server, more));
    const noted: Record<string, string> = {};
    const attributes = {
      ...attributesOf(Pods, request),
      annotate: (key: string, value: string) => (noted[key] = value),
    };
    return { answer: await admit(plugin, attributes as never), noted };
  };

  test('decides about pods, and about containers that are added to them', async () => {
    const annotations = { 'a.image-policy.k8s.io/ticket': '7', other: 'x' };
    const good = {
      ...pod('p', 'shop', { initContainers: [{ name: 'i', image: 'y' }] }),
      metadata: { name: 'p', namespace: 'shop', annotations },
    };
    const noted = { 'imagepolicywebhook.image-policy.k8s.io/seen': 'yes' };
    expect(await judge({ object: good })).toEqual({ answer: good, noted });
    const bad = pod('p', 'shop', { ephemeralContainers: [{ name: 'e', image: 'bad' }] });
    expect(await judge({ object: bad, oldObject: bad, subresource: 'ephemeralcontainers' })).toEqual({
      answer: 'pods "p" is forbidden: image policy webhook backend denied one or more images: not of ours',
      noted,
    });
    expect((await judge({ object: pod('p', 'shop', {}, { image: 'mute' }) })).answer).toBe(
      'pods "p" is forbidden: one or more images rejected by webhook backend',
    );
    expect(asked).toEqual([
      {
        containers: [{ image: 'x' }, { image: 'y' }],
        annotations: { 'a.image-policy.k8s.io/ticket': '7' },
        namespace: 'shop',
      },
      { containers: [{ image: 'bad' }], namespace: 'shop' },
      { containers: [{ image: 'mute' }], namespace: 'shop' },
    ]);
  });

  test('is asked once while its answer is believed', async () => {
    const plugin = createImagePolicyWebhook({ clock: systemClock }, policyOf(server));
    asked.length = 0;
    for (let time = 0; time < 3; time++) await admit(plugin, attributesOf(Pods, { object: pod(`p${time}`, 'shop') }));
    expect(asked).toHaveLength(1);
  });

  test('may be away: pods wait then, or are let through with a mark', async () => {
    const broken = pod('p', 'shop', {}, { image: 'broken' });
    expect((await judge({ object: broken })).answer).toBe(`pods "p" is forbidden: ask ${server.url}: status 400`);
    expect(await judge({ object: broken }, { defaultAllow: true })).toEqual({
      answer: {
        ...broken,
        metadata: { ...broken.metadata, annotations: { 'alpha.image-policy.k8s.io/failed-open': 'true' } },
      },
      noted: { 'imagepolicywebhook.image-policy.k8s.io/failed-open': 'true' },
    });
  });

  test.each<[object, object | string]>([
    [{}, { allowTtlMs: 300_000, denyTtlMs: 30_000, retryBackoffMs: 500, defaultAllow: false }],
    [
      { allowTTL: -1, denyTTL: 60, retryBackoff: 10 },
      { allowTtlMs: 0, denyTtlMs: 60_000, retryBackoffMs: 10 },
    ],
    [{ allowTTL: 1801 }, 'valid value is between 1s and 30m0s, got 30m1s'],
    [{ retryBackoff: 300_001 }, 'valid value is between 1ns and 5m0s, got 5m0.001s'],
    [{ kubeConfigFile: '' }, 'imagePolicy.kubeConfigFile: must name a file'],
  ])('is told in a configuration: %j', (more, expected) => {
    if (typeof expected === 'string') expect(() => policyOf({}, more)).toThrow(expected);
    else expect(policyOf({}, more)).toMatchObject(expected);
  });
});

describe('a configuration is refused', () => {
  const head = (kind: string, apiVersion = 'apiserver.config.k8s.io/v1') =>
    `kind: ${kind}\napiVersion: ${apiVersion}\n`;
  const security = head('PodSecurityConfiguration', 'pod-security.admission.config.k8s.io/v1');
  test.each<[string, Record<string, string>, string]>([
    [
      'for a plugin that has none',
      { LimitRanger: '{}' },
      'LimitRanger: there is no plugin of that name that has a configuration',
    ],
    [
      'of another kind',
      { PodSecurity: head('Other') },
      'PodSecurity: must be of kind PodSecurityConfiguration, pod-security.admission.config.k8s.io/v1',
    ],
    [
      'with an unknown level',
      { PodSecurity: `${security}defaults: { enforce: hard, warn-version: v2 }` },
      'PodSecurity: defaults.enforce: Invalid value: "hard": must be one of privileged, baseline, restricted, defaults.warn-version: Invalid value: "v2": must be "latest" or "v1.x"',
    ],
    [
      'with a name twice',
      { PodSecurity: `${security}exemptions: { namespaces: [a, a] }` },
      'PodSecurity: exemptions.namespaces[1]: Duplicate value: "a"',
    ],
    [
      'without a resource',
      { ResourceQuota: `${head('ResourceQuotaConfiguration')}limitedResources: [{ matchContains: [x] }]` },
      'ResourceQuota: limitedResources[0].resource: Required value',
    ],
  ])('%s', (_name, admissionConfigurations, error) => {
    expect(pluginConfigurationError({ admissionConfigurations })).toBe(error);
  });

  test('that names a file that is not there', async () => {
    const missing = readAdmissionConfiguration(FILE, async () => {
      throw new Error('ENOENT: no such file');
    });
    await expect(missing).rejects.toThrow('PodSecurity: ENOENT: no such file');
  });
});
