import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { checkApiOperations, refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { pod, podSpec } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespace: string;
let pods: Collection;
beforeAll(async () => {
  rest = await Rest.start({ simulatedNodes: 2 });
  namespace = await rest.namespace('node', { serviceAccount: true });
  pods = rest.of('v1', 'pods', namespace);
});
afterAll(() => rest?.stop());

const SOON = { body: { gracePeriodSeconds: 0 } };

/** Creates a pod and waits until it runs. */
async function running(object: Body): Promise<Body> {
  await pods.create(object);
  return waitFor(async () => {
    const found = await pods.get(object.metadata.name);
    return found.status.phase === 'Running' && found;
  });
}

const observes = (name: string, generation: number) =>
  waitFor(async () => {
    const { metadata, status } = await pods.get(name);
    expect([metadata.generation, status.observedGeneration]).toEqual([generation, generation]);
    return true;
  });

describe('[sig-node] Lease', () => {
  test('lease API should be available', async () => {
    const leases = rest.of('coordination.k8s.io/v1', 'leases', namespace);
    const time = '2026-01-02T03:04:05.000006Z';
    const spec = {
      holderIdentity: 'one',
      leaseDurationSeconds: 30,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 0,
    };
    await checkApiOperations(leases, {
      kind: 'Lease',
      object: { spec },
      specPatch: { spec: { holderIdentity: 'two' } },
    });
    expect((await leases.create({ metadata: { name: 'exact' }, spec })).spec).toEqual(spec);
    const released = { ...spec, holderIdentity: 'three', leaseTransitions: 1 };
    const replaced = await leases.change('exact', (object) => Object.assign(object, { spec: released }));
    expect(replaced.spec).toEqual(released);
  });
});

describe('[sig-node] Node Lifecycle', () => {
  test('should run through the lifecycle of a node', async () => {
    const nodes = rest.of('v1', 'nodes');
    const capacity = { cpu: '10', memory: '1Gi', pods: '10' };
    const conditions = [{ type: 'Ready', status: 'Unknown' }];
    const created = await nodes.create({ metadata: { name: 'fake' }, status: { capacity, conditions } });
    expect(created).toMatchObject({ status: { capacity, allocatable: capacity, conditions } });
    const patched = await nodes.patch('fake', 'strategic', { metadata: { labels: { fake: 'patched' } } });
    expect(patched.metadata.uid).toBe(created.metadata.uid);
    expect(await nodes.names({ labelSelector: 'fake=patched' })).toEqual(['fake']);
    await nodes.change('fake', ({ metadata }) => Object.assign(metadata.labels, { fake: 'updated' }));
    await nodes.change('fake', ({ status }) => Object.assign(status.capacity, { cpu: '20' }), {
      subresource: 'status',
    });
    expect(await nodes.get('fake')).toMatchObject({
      metadata: { labels: { fake: 'updated' } },
      status: { capacity: { cpu: '20' } },
    });
    await nodes.delete('fake');
    await refuses(nodes.get('fake'), 404, 'NotFound');
    const more = { labels: { fake: 'more' } };
    for (const name of ['fake-1', 'fake-2']) await nodes.create({ metadata: { name, ...more } });
    await nodes.deleteCollection({ labelSelector: 'fake=more' });
    expect(await nodes.names({ labelSelector: 'fake=more' })).toEqual([]);
  });
});

describe('[sig-node] PodTemplates', () => {
  const templates = () => rest.of('v1', 'podtemplates', namespace);
  const template = { template: { metadata: { labels: { app: 'web' } }, spec: podSpec() } };

  test('should run the lifecycle of PodTemplates', async () => {
    await checkApiOperations(templates(), { kind: 'PodTemplate', object: template });
  });

  test('should delete a collection of pod templates', async () => {
    const names = ['template-1', 'template-2', 'template-3'];
    for (const name of names) await templates().create({ ...template, metadata: { name, labels: { set: 'yes' } } });
    const selector = { labelSelector: 'set=yes' };
    expect(await templates().names(selector)).toEqual(names);
    await templates().deleteCollection(selector);
    expect(await templates().names(selector)).toEqual([]);
  });

  test('should replace a pod template', async () => {
    const created = await templates().create({ ...template, metadata: { name: 'replaced' } });
    const replaced = await templates().update({
      ...created,
      metadata: { name: 'replaced', namespace, annotations: { updated: 'true' } },
      template: { spec: podSpec({ restartPolicy: 'Never' }) },
    });
    expect(replaced.metadata).toMatchObject({ uid: created.metadata.uid, annotations: { updated: 'true' } });
    expect(replaced.template).toMatchObject({ spec: { restartPolicy: 'Never', dnsPolicy: 'ClusterFirst' } });
    expect(replaced.template.metadata).not.toHaveProperty('labels');
  });
});

describe('[sig-node] RuntimeClass', () => {
  const classes = () => rest.of('node.k8s.io/v1', 'runtimeclasses');
  const withClass = (name: string, runtimeClassName: string) => pod(name, { spec: { runtimeClassName } });

  test('should support RuntimeClasses API operations', async () => {
    await checkApiOperations(classes(), { kind: 'RuntimeClass', object: { handler: 'runc' } });
  });

  test('should reject a Pod requesting a non-existent RuntimeClass', async () => {
    const { message } = await refuses(pods.create(withClass('no-class', 'nothing')), 403, 'Forbidden');
    expect(message).toBe(`pods "no-class" is forbidden: pod rejected: RuntimeClass "nothing" not found`);
  });

  test('should reject a Pod requesting a deleted RuntimeClass', async () => {
    await classes().create({ metadata: { name: 'short' }, handler: 'runc' });
    await pods.create(withClass('in-time', 'short'), { query: { dryRun: 'All' } });
    await classes().delete('short');
    await refuses(classes().get('short'), 404, 'NotFound');
    await refuses(pods.create(withClass('late', 'short')), 403, 'Forbidden');
  });
});

describe('[sig-node] ConfigMap', () => {
  const maps = () => rest.of('v1', 'configmaps', namespace);

  test('should fail to create ConfigMap with empty key', async () => {
    const { details } = await refuses(
      maps().create({ metadata: { name: 'empty' }, data: { '': 'value' } }),
      422,
      'Invalid',
    );
    expect(details.causes.map((each: Body) => each.field)).toEqual(['data[]']);
  });

  test('should update ConfigMap successfully', async () => {
    await maps().create({ metadata: { name: 'updated' }, data: { one: '1' }, binaryData: { bytes: '/wA=' } });
    await maps().change('updated', (object) => Object.assign(object, { data: { two: '2' } }));
    const { data, binaryData } = await maps().get('updated');
    expect({ data, binaryData }).toEqual({ data: { two: '2' }, binaryData: { bytes: '/wA=' } });
  });

  test('should run through a ConfigMap lifecycle', async () => {
    await checkApiOperations(maps(), {
      kind: 'ConfigMap',
      object: { data: { key: 'value' } },
      specPatch: { data: { key: 'another', more: 'value' } },
    });
  });
});

describe('[sig-node] Secrets', () => {
  const secrets = () => rest.of('v1', 'secrets', namespace);

  test('should fail to create secret due to empty secret key', async () => {
    const object = { metadata: { name: 'empty' }, data: { '': 'dmFsdWU=' } };
    const { details } = await refuses(secrets().create(object), 422, 'Invalid');
    expect(details.causes[0].field).toBe('data[]');
  });

  test('should patch a secret', async () => {
    await checkApiOperations(secrets(), { kind: 'Secret', object: { data: { key: 'dmFsdWU=' } } });
    const labels = { secret: 'patched' };
    await secrets().create({ metadata: { name: 'patched', labels }, data: { key: 'dmFsdWU=' }, type: 'Opaque' });
    const patch = {
      metadata: { labels: { secret: 'again' } },
      data: { key: Buffer.from('another').toString('base64') },
    };
    expect(await secrets().patch('patched', 'strategic', patch)).toMatchObject({ ...patch, type: 'Opaque' });
    expect(await secrets().everywhere.names({ labelSelector: 'secret=again' })).toEqual(['patched']);
    await secrets().deleteCollection({ labelSelector: 'secret=again' });
    await refuses(secrets().get('patched'), 404, 'NotFound');
    const text = await secrets().create({ metadata: { name: 'text' }, stringData: { key: 'value' } });
    expect(text).toMatchObject({ data: { key: 'dmFsdWU=' }, type: 'Opaque' });
    expect(text).not.toHaveProperty('stringData');
  });
});

describe('[sig-node] [DRA] CRUD Tests', () => {
  const objects = (plural: string, inNamespace?: string) => rest.of('resource.k8s.io/v1', plural, inNamespace);
  const devices = { requests: [{ name: 'req-0', exactly: { deviceClassName: 'dra.example.test' } }] };

  test('resource.k8s.io/v1 DeviceClass', async () => {
    const selectors = (expression: string) => ({ spec: { selectors: [{ cel: { expression } }] } });
    await checkApiOperations(objects('deviceclasses'), {
      kind: 'DeviceClass',
      object: selectors('false'),
      specPatch: selectors('1 == 0'),
    });
  });

  test('resource.k8s.io/v1 ResourceClaim', async () => {
    const claims = objects('resourceclaims', namespace);
    await checkApiOperations(claims, {
      kind: 'ResourceClaim',
      object: { spec: { devices } },
      // Nothing allocated is an allocation.
      status: { allocation: {} },
      statusKeepsMetadata: true,
    });
    await claims.create({ metadata: { name: 'immutable' }, spec: { devices } });
    const other = { spec: { devices: { requests: [{ ...devices.requests[0], name: 'req-1' }] } } };
    await refuses(claims.patch('immutable', 'merge', other), 422, 'Invalid');
  });

  test('resource.k8s.io/v1 ResourceClaimTemplate', async () => {
    const templates = objects('resourceclaimtemplates', namespace);
    await checkApiOperations(templates, { kind: 'ResourceClaimTemplate', object: { spec: { spec: { devices } } } });
  });

  test('resource.k8s.io/v1 ResourceSlice', async () => {
    const pool = { name: 'cluster', generation: 1, resourceSliceCount: 1 };
    await checkApiOperations(objects('resourceslices'), {
      kind: 'ResourceSlice',
      object: { spec: { driver: 'dra.example.test', pool, nodeName: 'no-such-node' } },
      specPatch: { spec: { devices: [{ name: 'device-0' }] } },
    });
  });
});

describe('[sig-node] Pods Extended', () => {
  test('Pod Generation pod generation should start at 1 and increment per update', async () => {
    const name = 'generation';
    const object = pod(name, { spec: { initContainers: [{ name: 'init', image: 'init:1' }] } });
    expect((await running(object)).metadata.generation).toBe(1);
    let generation = 1;
    const changes: readonly [bump: boolean, change: (object: Body) => void][] = [
      [false, () => {}],
      [true, ({ spec }) => spec.tolerations.push({ key: 'more', operator: 'Exists', effect: 'NoSchedule' })],
      [true, ({ spec }) => Object.assign(spec, { activeDeadlineSeconds: 5000 })],
      [true, ({ spec }) => Object.assign(spec.containers[0], { image: 'web:2' })],
      [true, ({ spec }) => Object.assign(spec.initContainers[0], { image: 'init:2' })],
      [false, ({ metadata }) => Object.assign(metadata, { annotations: { key: 'value' } })],
      [false, ({ metadata }) => Object.assign(metadata, { generation: 1 })],
    ];
    for (const [bump, change] of changes) {
      await pods.change(name, change);
      if (bump) generation++;
      await observes(name, generation);
    }
  });

  test('Pod Generation custom-set generation on new pods and graceful delete', async () => {
    const object = pod('chosen', { metadata: { generation: 100, finalizers: ['example.test/hold'] } });
    expect((await running(object)).metadata.generation).toBe(1);
    const deleted = await pods.delete('chosen', { query: { gracePeriodSeconds: 60 } });
    expect(deleted.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 60 });
    await pods.patch('chosen', 'merge', { metadata: { finalizers: null } });
  });

  test('Pod Generation issue 500 podspec updates and verify generation and observedGeneration eventually converge', async () => {
    await running(pod('busy', { spec: { activeDeadlineSeconds: 5000 } }));
    for (let seconds = 4999; seconds > 4501; seconds--) {
      await pods.patch('busy', 'merge', { spec: { activeDeadlineSeconds: seconds } });
    }
    await pods.change('busy', ({ spec }) => spec.activeDeadlineSeconds--);
    await observes('busy', 500);
  });

  test('Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu', async () => {
    const amounts = { cpu: '100m', memory: '100Mi' };
    for (const [resources, qosClass] of [
      [{ requests: amounts, limits: amounts }, 'Guaranteed'],
      [{ limits: amounts }, 'Guaranteed'],
      [{ requests: amounts }, 'Burstable'],
      [{}, 'BestEffort'],
    ] as const) {
      const name = rest.name('qos');
      const created = await pods.create(
        pod(name, { spec: { containers: [{ name: 'web', image: 'web:1', resources }] } }),
      );
      expect(created.status.qosClass).toBe(qosClass);
    }
  });
});

describe('[sig-node] Pods', () => {
  test('should allow activeDeadlineSeconds to be updated', async () => {
    await running(pod('deadline'));
    await pods.patch('deadline', 'merge', { spec: { activeDeadlineSeconds: 30 } });
    await refuses(pods.patch('deadline', 'merge', { spec: { activeDeadlineSeconds: 31 } }), 422, 'Invalid');
    await refuses(pods.patch('deadline', 'merge', { spec: { activeDeadlineSeconds: null } }), 422, 'Invalid');
    await pods.patch('deadline', 'merge', { spec: { activeDeadlineSeconds: 5 } });
  });

  test('should be submitted and removed', async () => {
    const selector = { labelSelector: 'time=submitted' };
    expect(await pods.names(selector)).toEqual([]);
    const watch = await pods.watch(selector);
    const finalizers = ['example.test/hold'];
    await running(pod('submitted', { metadata: { labels: { time: 'submitted' }, finalizers } }));
    await watch.of('ADDED', 'submitted');
    const deleted = await pods.delete('submitted', { query: { gracePeriodSeconds: 30 } });
    expect(deleted.spec.terminationGracePeriodSeconds).toBe(30);
    expect(deleted.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 30 });
    await watch.until('MODIFIED', ({ metadata }) => metadata.deletionTimestamp);
    await pods.patch('submitted', 'merge', { metadata: { finalizers: null } });
    await watch.of('DELETED', 'submitted');
    expect(await pods.names(selector)).toEqual([]);
  });

  test('should be updated', async () => {
    await running(pod('updated', { metadata: { labels: { time: 'before' } } }));
    await pods.change('updated', ({ metadata }) => Object.assign(metadata.labels, { time: 'after' }));
    expect(await pods.names({ labelSelector: 'time=before' })).toEqual([]);
    expect(await pods.names({ labelSelector: 'time=after' })).toEqual(['updated']);
    const { message } = await refuses(pods.patch('updated', 'merge', { spec: { hostname: 'other' } }), 422, 'Invalid');
    expect(message).toContain('spec: Forbidden: pod updates may not change fields other than');
  });

  test('should get a host IP', async () => {
    const { spec, status } = await running(pod('host'));
    const node = await rest.of('v1', 'nodes').get(spec.nodeName);
    expect(node.status.addresses).toContainEqual({ type: 'InternalIP', address: status.hostIP });
    expect(status.hostIPs).toEqual([{ ip: status.hostIP }]);
  });

  test('should delete a collection of pods', async () => {
    const names = ['collected-1', 'collected-2', 'collected-3'];
    const labels = { type: 'Testing' };
    for (const name of names) await running(pod(name, { metadata: { labels } }));
    const selector = { labelSelector: 'type=Testing' };
    expect(await pods.names(selector)).toEqual(names);
    await pods.deleteCollection(selector, { gracePeriodSeconds: 1 });
    await waitFor(async () => (await pods.names(selector)).length === 0);
  });

  test('should run through the lifecycle of Pods and PodStatus', async () => {
    const labels = { lifecycle: 'static' };
    const selector = { labelSelector: 'lifecycle=static' };
    const watch = await pods.watch(selector);
    await pods.create(pod('lifecycle', { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1 } }));
    await watch.of('ADDED', 'lifecycle');
    await watch.until('MODIFIED', ({ status }) => status.phase === 'Running');
    await pods.patch('lifecycle', 'strategic', {
      metadata: { labels: { 'test-pod': 'patched' } },
      spec: { containers: [{ name: 'web', image: 'web:2' }] },
    });
    const patched = await watch.until('MODIFIED', ({ metadata }) => metadata.labels['test-pod'] === 'patched');
    expect(patched.spec.containers).toMatchObject([{ name: 'web', image: 'web:2' }]);
    const notReady = ({ status }: Body) => {
      for (const each of status.conditions) if (each.type === 'Ready') each.status = 'False';
    };
    await pods.change('lifecycle', notReady, { subresource: 'status' });
    const ready = ({ status }: Body) => status.conditions.find((each: Body) => each.type === 'Ready').status;
    await watch.until('MODIFIED', (object) => ready(object) === 'False');
    expect(ready(await pods.get('lifecycle', { subresource: 'status' }))).toBe('False');
    await pods.deleteCollection(selector);
    await watch.of('DELETED', 'lifecycle');
    expect(await pods.everywhere.names(selector)).toEqual([]);
  });

  test('should patch a pod status', async () => {
    await running(pod('status'));
    const condition = { type: 'Tested', status: 'True', reason: 'Patched', message: 'Set by a behaviour' };
    const patched = await pods.patch(
      'status',
      'strategic',
      { status: { conditions: [condition] } },
      { subresource: 'status' },
    );
    expect(patched.status.conditions).toContainEqual(expect.objectContaining(condition));
    expect(patched.status.conditions.length).toBeGreaterThan(4);
    const labels = { metadata: { labels: { status: 'patched' } } };
    const labelled = await pods.patch('status', 'merge', labels, { subresource: 'status' });
    expect(labelled.metadata.labels).toEqual(labels.metadata.labels);
  });
});

describe('[sig-node] Ephemeral Containers', () => {
  test('should update the ephemeral containers in an existing pod', async () => {
    const subresource = 'ephemeralcontainers';
    const container = { name: 'debugger', image: 'debug:1' };
    await running(pod('debugged'));
    const patched = await pods.patch(
      'debugged',
      'strategic',
      { spec: { ephemeralContainers: [container] } },
      { subresource },
    );
    expect(patched.spec.ephemeralContainers).toMatchObject([container]);
    const more = { name: 'debugger-2', image: 'debug:1' };
    const updated = await pods.change('debugged', ({ spec }) => spec.ephemeralContainers.push(more), { subresource });
    expect(updated.spec.ephemeralContainers).toMatchObject([container, more]);
    expect((await pods.get('debugged', { subresource })).spec).toEqual(updated.spec);
    const none = { spec: { ephemeralContainers: null } };
    await refuses(pods.patch('debugged', 'merge', none, { subresource }), 422, 'Invalid');
    await refuses(pods.patch('debugged', 'merge', { spec: { ephemeralContainers: [more] } }), 422, 'Invalid');
    await pods.delete('debugged', SOON);
  });
});
