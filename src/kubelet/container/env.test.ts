import { expect, test } from 'vitest';
import type { ConfigMap } from '#api/core/v1/config-map.ts';
import type { EnvVar } from '#api/core/v1/env.ts';
import type { Secret } from '#api/core/v1/secret.ts';
import { container, podOf } from '../testing/fixtures.ts';
import { containerEnv, type EnvSources } from './env.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const SOURCES: EnvSources = {
  configMap: async (name) => (name === 'cm' ? ({ data: { x: '1', y: '2' } } as ConfigMap) : undefined),
  secret: async (name) => (name === 'sec' ? ({ data: { pass: base64('s3cret') } } as unknown as Secret) : undefined),
  services: [
    {
      metadata: { name: 'kubernetes', namespace: 'default' },
      spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP' }] },
    },
    {
      metadata: { name: 'my-db', namespace: 'default' },
      spec: { clusterIP: '10.0.0.2', ports: [{ port: 5432, protocol: 'TCP' }] },
    },
    { metadata: { name: 'headless', namespace: 'default' }, spec: { clusterIP: 'None', ports: [{ port: 1 }] } },
    { metadata: { name: 'far', namespace: 'other' }, spec: { clusterIP: '10.0.0.3', ports: [{ port: 1 }] } },
  ],
  facts: { podIPs: ['10.1.0.1', 'fd00::1'], hostIPs: ['192.0.2.1'], nodeName: 'n1' },
  allocatable: { cpu: '4', memory: '8Gi' },
};

async function own(env: readonly EnvVar[], more = {}): Promise<Record<string, string>> {
  const pod = podOf({ enableServiceLinks: false }, { labels: { app: 'web' } });
  const all = await containerEnv(pod, container('c', { env, ...more }), SOURCES);
  return Object.fromEntries(
    all.filter(({ key }) => !key.startsWith('KUBERNETES')).map(({ key, value }) => [key, value]),
  );
}

test('values refer to earlier variables and to services', async () => {
  const env = [
    { name: 'A', value: 'a' },
    { name: 'B', value: '$(A)-$(LATER)-$(KUBERNETES_SERVICE_PORT)' },
    { name: 'LATER', value: 'l' },
  ];
  expect(await own(env)).toEqual({ A: 'a', B: 'a-$(LATER)-443', LATER: 'l' });
});

test('values come from objects, fields and resources', async () => {
  const from = (valueFrom: EnvVar['valueFrom']) => valueFrom;
  const env: EnvVar[] = [
    { name: 'CM', valueFrom: from({ configMapKeyRef: { name: 'cm', key: 'x' } }) },
    { name: 'SEC', valueFrom: from({ secretKeyRef: { name: 'sec', key: 'pass' } }) },
    { name: 'NONE', valueFrom: from({ configMapKeyRef: { name: 'nope', key: 'x', optional: true } }) },
    { name: 'IPS', valueFrom: from({ fieldRef: { fieldPath: 'status.podIPs' } }) },
    { name: 'APP', valueFrom: from({ fieldRef: { fieldPath: "metadata.labels['app']" } }) },
    { name: 'CPU', valueFrom: from({ resourceFieldRef: { resource: 'limits.cpu' } }) },
    { name: 'MEM', valueFrom: from({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }) },
    { name: 'REQ', valueFrom: from({ resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } }) },
  ];
  expect(await own(env, { resources: { limits: { memory: '64Mi' }, requests: { cpu: '250m' } } })).toEqual({
    CM: '1',
    SEC: 's3cret',
    IPS: '10.1.0.1,fd00::1',
    APP: 'web',
    CPU: '4',
    MEM: '64',
    REQ: '250',
  });
});

test('whole objects come with a prefix, and own variables win', async () => {
  const envFrom = [{ configMapRef: { name: 'cm' } }, { prefix: 'S_', secretRef: { name: 'sec' } }];
  expect(await own([{ name: 'y', value: 'mine-$(x)' }], { envFrom })).toEqual({
    x: '1',
    y: 'mine-1',
    S_pass: 's3cret',
  });
});

test.each<[string, EnvVar['valueFrom'], string]>([
  ['a config map', { configMapKeyRef: { name: 'nope', key: 'x' } }, 'configmap "nope" not found'],
  ['a secret', { secretKeyRef: { name: 'nope', key: 'x' } }, 'secret "nope" not found'],
  ['a key', { configMapKeyRef: { name: 'cm', key: 'z' } }, "couldn't find key z in ConfigMap default/cm"],
])('%s that is missing is told', async (_, valueFrom, message) => {
  await expect(own([{ name: 'X', valueFrom }])).rejects.toMatchObject({
    reason: 'CreateContainerConfigError',
    message,
  });
});

test('services of the namespace come as variables, unless a pod does not want them', async () => {
  const keys = async (enableServiceLinks: boolean) =>
    (await containerEnv(podOf({ enableServiceLinks }), container('c'), SOURCES)).map(
      ({ key, value }) => `${key}=${value}`,
    );
  const api = [
    'KUBERNETES_SERVICE_HOST=10.0.0.1',
    'KUBERNETES_SERVICE_PORT=443',
    'KUBERNETES_SERVICE_PORT_HTTPS=443',
    'KUBERNETES_PORT=tcp://10.0.0.1:443',
    'KUBERNETES_PORT_443_TCP=tcp://10.0.0.1:443',
    'KUBERNETES_PORT_443_TCP_PROTO=tcp',
    'KUBERNETES_PORT_443_TCP_PORT=443',
    'KUBERNETES_PORT_443_TCP_ADDR=10.0.0.1',
  ];
  expect([await keys(false), (await keys(true)).slice(api.length, api.length + 2)]).toEqual([
    api,
    ['MY_DB_SERVICE_HOST=10.0.0.2', 'MY_DB_SERVICE_PORT=5432'],
  ]);
});
