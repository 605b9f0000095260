import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod, replicated, replicationController } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

const CONTROLLERS = ['resourcequota-controller', 'serviceaccount-controller'];
let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: CONTROLLERS, scheduler: false });
});
afterAll(() => rest?.stop());

type Amounts = Readonly<Record<string, string>>;

const HARD: Amounts = {
  pods: '5',
  services: '10',
  'services.nodeports': '1',
  'services.loadbalancers': '1',
  replicationcontrollers: '10',
  resourcequotas: '1',
  cpu: '1',
  memory: '500Mi',
  configmaps: '2',
  secrets: '2',
  persistentvolumeclaims: '10',
  'requests.storage': '10Gi',
  'ephemeral-storage': '50Gi',
  'count/replicasets.apps': '5',
  'requests.example.test/dongle': '3',
};
/** What an empty namespace with this one quota uses of it. */
const NOTHING = Object.fromEntries(Object.keys(HARD).map((name) => [name, name === 'resourcequotas' ? '1' : '0']));

/** A namespace of its own, with a quota unless `hard` is none. */
async function world(hard: Amounts | null = HARD) {
  const namespace = await rest.namespace('quota', { serviceAccount: true });
  const quotas = rest.of('v1', 'resourcequotas', namespace);
  const of = (apiVersion: string, plural: string) => rest.of(apiVersion, plural, namespace);
  if (hard) await quotas.create({ metadata: { name: 'quota' }, spec: { hard } });
  /** Waits until the status says exactly this is used. */
  const uses = (used: Amounts, name = 'quota') =>
    waitFor(
      async () => {
        const { spec, status } = await quotas.get(name);
        expect(status).toEqual({ hard: spec.hard, used });
        return true;
      },
      { what: `the usage of ${name}` },
    );
  return { quotas, of, uses };
}

/** The life of one object against the whole quota: not used, used, released. */
async function checkLife(apiVersion: string, plural: string, resource: string, object: Body): Promise<void> {
  const { of, uses } = await world();
  await uses({ ...NOTHING });
  await of(apiVersion, plural).create(object);
  await uses({ ...NOTHING, [resource]: '1' });
  await of(apiVersion, plural).delete(object.metadata.name, { body: { propagationPolicy: 'Background' } });
  await uses({ ...NOTHING });
}

/** Fills a quota of two up: the third is refused. */
async function checkLimit(plural: string): Promise<void> {
  const { of } = await world();
  const collection = of('v1', plural);
  await collection.create({ metadata: { name: 'one' } });
  await collection.create({ metadata: { name: 'two' } });
  const status = await refuses(collection.create({ metadata: { name: 'three' } }), 403, 'Forbidden');
  expect(status.message).toBe(
    `${plural} "three" is forbidden: exceeded quota: quota, requested: ${plural}=1, used: ${plural}=2, limited: ${plural}=2`,
  );
}

const podOf = (name: string, resources: Body, more: Body = {}): Body =>
  pod(name, { spec: { containers: [{ name: 'web', image: 'web:1', resources }], ...more } });

const service = (name: string, spec: Body): Body => ({
  metadata: { name },
  spec: { ports: [{ port: 80, targetPort: 80 }], ...spec },
});

/** The whole usage of a quota on pods with requests and limits. */
const POD_HARD: Amounts = {
  pods: '5',
  'requests.cpu': '1',
  'requests.memory': '500Mi',
  'limits.cpu': '2',
  'limits.memory': '1Gi',
};
const NO_PODS = Object.fromEntries(Object.keys(POD_HARD).map((name) => [name, '0']));
const RESOURCES = { requests: { cpu: '500m', memory: '200Mi' }, limits: { cpu: '1', memory: '400Mi' } };
const ONE_POD: Amounts = {
  pods: '1',
  'requests.cpu': '500m',
  'requests.memory': '200Mi',
  'limits.cpu': '1',
  'limits.memory': '400Mi',
};

/** Two quotas of opposite scopes: each sees only its pods. */
async function checkScopes(
  [scope, opposite]: readonly [string, string],
  hard: Amounts,
  [inScope, inOpposite]: readonly [Body, Body],
  [usedIn, usedOpposite]: readonly [Amounts, Amounts],
): Promise<void> {
  const { quotas, of, uses } = await world(null);
  const none = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  for (const [name, only] of [
    ['in', scope],
    ['opposite', opposite],
  ]) {
    await quotas.create({ metadata: { name }, spec: { hard, scopes: [only] } });
    await uses(none, name);
  }
  const pods = of('v1', 'pods');
  for (const [object, name, used, other] of [
    [inScope, 'in', usedIn, 'opposite'],
    [inOpposite, 'opposite', usedOpposite, 'in'],
  ] as const) {
    await pods.create(object);
    await uses(used, name);
    await uses(none, other);
    await pods.delete(object.metadata.name, { body: { gracePeriodSeconds: 0 } });
    await uses(none, name);
  }
}

async function createQuota(quotas: Collection, hard: Amounts, labels: Body = {}): Promise<Body> {
  return quotas.create({ metadata: { name: 'changing', labels }, spec: { hard } });
}

describe('[sig-api-machinery] ResourceQuota', () => {
  test('should create a ResourceQuota and ensure its status is promptly calculated.', async () => {
    const { uses } = await world();
    await uses({ ...NOTHING });
  });

  test('should create a ResourceQuota and capture the life of a service.', async () => {
    const { of, uses } = await world();
    await uses({ ...NOTHING });
    const services = of('v1', 'services');
    await services.create(service('plain', { type: 'ClusterIP' }));
    await services.create(service('node-port', { type: 'NodePort' }));
    const balancer = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: true };
    await refuses(services.create(service('balancer', balancer)), 403, 'Forbidden');
    await uses({ ...NOTHING, services: '2', 'services.nodeports': '1' });
    for (const name of ['plain', 'node-port']) await services.delete(name);
    await uses({ ...NOTHING });
    await services.create(service('balancer', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }));
    await uses({ ...NOTHING, services: '1', 'services.loadbalancers': '1' });
  });

  test('should create a ResourceQuota and capture the life of a secret.', async () => {
    await checkLife('v1', 'secrets', 'secrets', { metadata: { name: 'kept' }, data: { key: 'dmFsdWU=' } });
    await checkLimit('secrets');
  });

  test('should create a ResourceQuota and capture the life of a pod.', async () => {
    const { of, uses } = await world();
    await uses({ ...NOTHING });
    const pods = of('v1', 'pods');
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', 'example.test/dongle': '2' };
    const limits = { 'example.test/dongle': '2' };
    await pods.create(podOf('fits', { requests, limits }));
    const used = {
      ...NOTHING,
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'ephemeral-storage': '30Gi',
      'requests.example.test/dongle': '2',
    };
    await uses(used);
    const more = { requests: { ...requests, cpu: '600m' }, limits };
    expect((await refuses(pods.create(podOf('more', more)), 403, 'Forbidden')).message).toMatch(
      /^pods "more" is forbidden: exceeded quota: quota, requested: .*cpu=600m.*, used: .*cpu=500m.*, limited: .*cpu=1/,
    );
    await refuses(pods.create(podOf('dongles', { requests: { ...requests, cpu: '100m' }, limits })), 403, 'Forbidden');
    const without = await refuses(pods.create(podOf('without', {})), 403, 'Forbidden');
    expect(without.message).toContain('failed quota: quota: must specify cpu for: web; memory for: web');
    const changed = { spec: { containers: [{ name: 'web', resources: { requests: { cpu: '100m' } } }] } };
    await refuses(pods.patch('fits', 'strategic', changed), 422, 'Invalid');
    await uses(used);
    await pods.delete('fits', { body: { gracePeriodSeconds: 0 } });
    await uses({ ...NOTHING });
  });

  test('should create a ResourceQuota and capture the life of a configMap.', async () => {
    await checkLimit('configmaps');
    await checkLife('v1', 'configmaps', 'configmaps', { metadata: { name: 'kept' }, data: { key: 'value' } });
  });

  test('should create a ResourceQuota and capture the life of a replication controller.', async () => {
    await checkLife('v1', 'replicationcontrollers', 'replicationcontrollers', replicationController('kept', 0));
  });

  test('should create a ResourceQuota and capture the life of a replica set.', async () => {
    await checkLife('apps/v1', 'replicasets', 'count/replicasets.apps', replicated('kept', 0));
  });

  test('should verify ResourceQuota with terminating scopes.', async () => {
    const pods = [podOf('ends', RESOURCES, { activeDeadlineSeconds: 3600 }), podOf('stays', RESOURCES)] as const;
    await checkScopes(['Terminating', 'NotTerminating'], POD_HARD, pods, [ONE_POD, ONE_POD]);
    expect(Object.keys(ONE_POD)).toEqual(Object.keys(NO_PODS));
  });

  test('should verify ResourceQuota with best effort scope.', async () => {
    const pods = [podOf('best-effort', {}), podOf('guarded', RESOURCES)] as const;
    await checkScopes(['BestEffort', 'NotBestEffort'], { pods: '5' }, pods, [{ pods: '1' }, { pods: '1' }]);
  });

  test('should be able to update and delete ResourceQuota.', async () => {
    const { quotas } = await world(null);
    const small = { cpu: '1', memory: '500Mi' };
    await createQuota(quotas, small);
    expect((await quotas.get('changing')).spec.hard).toEqual(small);
    const large = { cpu: '2', memory: '1Gi' };
    const updated = await quotas.change('changing', ({ spec }) => Object.assign(spec, { hard: large }));
    expect(updated.spec.hard).toEqual(large);
    expect((await quotas.get('changing')).spec.hard).toEqual(large);
    await quotas.delete('changing');
    await refuses(quotas.get('changing'), 404, 'NotFound');
  });

  test('should manage the lifecycle of a ResourceQuota', async () => {
    const { quotas } = await world(null);
    const labels = { 'quota-of': quotas.namespace! };
    const selector = { labelSelector: `quota-of=${quotas.namespace}` };
    await createQuota(quotas, { cpu: '1', memory: '500Mi' }, labels);
    expect(await quotas.everywhere.names(selector)).toEqual(['changing']);
    const patch = { metadata: { labels: { changing: 'patched' } }, spec: { hard: { memory: '750Mi' } } };
    const patched = await quotas.patch('changing', 'strategic', patch);
    expect(patched).toMatchObject({ metadata: { labels: { ...labels, changing: 'patched' } } });
    expect(patched.spec.hard).toEqual({ cpu: '1', memory: '750Mi' });
    await quotas.deleteCollection({ labelSelector: 'changing=patched' });
    expect(await quotas.everywhere.names(selector)).toEqual([]);
  });

  test('should apply changes to a resourcequota status', async () => {
    // From today on, since the connection is checked against today's date.
    const clock = new VirtualClock(Date.now());
    const own = await Rest.start({ controllers: CONTROLLERS, scheduler: false, clock });
    const quotas = own.of('v1', 'resourcequotas', 'default');
    const subresource = 'status';
    const watch = await quotas.watch();
    const hard = { cpu: '500m', memory: '500Mi' };
    await createQuota(quotas, hard);
    const updated = await quotas.change('changing', (object) => Object.assign(object, { status: { hard } }), {
      subresource,
    });
    expect(updated).toMatchObject({ spec: { hard }, status: { hard } });
    await watch.until('MODIFIED', (object) => object.status.hard?.cpu === '500m');
    const larger = { cpu: '1', memory: '1Gi' };
    await quotas.patch('changing', 'strategic', { spec: { hard: larger } });
    const patch = (wanted: Amounts) =>
      quotas.patch('changing', 'strategic', { status: { hard: wanted } }, { subresource });
    expect((await patch(larger)).status.hard).toEqual(larger);
    await watch.until('MODIFIED', (object) => object.status.hard?.cpu === '1');
    const wrong = { cpu: '2', memory: '2Gi' };
    expect(await patch(wrong)).toMatchObject({ spec: { hard: larger }, status: { hard: wrong } });
    await watch.until('MODIFIED', (object) => object.status.hard?.memory === '2Gi');
    // The controller puts right what others have said, when it next looks at everything.
    await waitFor(async () => {
      clock.advance(60_000);
      const { spec, status } = await quotas.get('changing', { subresource });
      expect([spec.hard, status.hard]).toEqual([larger, larger]);
      return true;
    });
    await own.stop();
  });
});
