import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type DeviceClass, DeviceClasses } from '#api/resource/v1/device-class.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, DeviceTaintRules } from '#api/resource/v1beta2/device-taint-rule.ts';
import { jsonPatch } from '#client/options.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
const DRIVER = 'gpu.example.com';

async function addNode(name: string) {
  const capacity = { cpu: '8', memory: '8Gi', pods: '110' };
  const labels = { 'kubernetes.io/hostname': name };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name, labels }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
}

const addSlice = (name: string, spec: object, pool: object = {}) =>
  cluster.client.of(ResourceSlices).create({
    metadata: { name },
    spec: { driver: DRIVER, pool: { name, generation: 1, resourceSliceCount: 1, ...pool }, ...spec },
  } as ResourceSlice);

const addClass = (name: string, expression: string, more: object = {}) =>
  cluster.client.of(DeviceClasses).create({
    metadata: { name },
    spec: { selectors: [{ cel: { expression } }], ...more },
  } as DeviceClass);

const addClaim = (name: string, devices: object) =>
  cluster.client.of(ResourceClaims).create({ metadata: { name, namespace }, spec: { devices } } as ResourceClaim);

const addPod = (name: string, claims: readonly string[], spec: object = {}) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'c', image: 'x' }],
      resourceClaims: claims.map((claim) => ({ name: claim, resourceClaimName: claim })),
      ...spec,
    },
  } as Pod);

const podOf = (name: string) => cluster.client.of(Pods).get(name, { namespace });
const nodeOf = async (name: string) => (await podOf(name)).spec?.nodeName;
const claimOf = (name: string) => cluster.client.of(ResourceClaims).get(name, { namespace });
const devicesOf = async (name: string) =>
  ((await claimOf(name)).status?.allocation?.devices?.results ?? []).map(
    ({ request, device }) => `${request}=${device}`,
  );
const bound = (name: string) => waitFor(() => nodeOf(name));
const messageOf = (name: string) =>
  waitFor(async () => (await podOf(name)).status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message);
const one = (name: string, deviceClassName: string, more: object = {}) => ({
  name,
  exactly: { deviceClassName, ...more },
});

beforeAll(async () => {
  cluster = await Cluster.start({
    controllers: false,
    scheduler: false,
    disableAdmissionPlugins: ['ServiceAccount'],
    featureGates: ['DRADeviceTaintRules'],
  });
  cluster.run(createSchedulerComponent(cluster.environment));
  await addNode('a');
  await addNode('b');
  const gpu = (name: string, model: string, more: object = {}) => ({
    name,
    attributes: { model: { string: model }, numa: { int: 1 } },
    capacity: { memory: { value: '40Gi' } },
    ...more,
  });
  await addSlice('gpus-a', { nodeName: 'a', devices: [gpu('a0', 'small'), gpu('a1', 'large')] });
  await addSlice('gpus-b', {
    nodeName: 'b',
    devices: [gpu('b0', 'small'), gpu('b1', 'small'), gpu('b2', 'small', { attributes: { model: { string: 'odd' } } })],
  });
  await addClass('large', `device.driver == "${DRIVER}" && device.attributes["${DRIVER}"].model == "large"`);
  await addClass('small', `device.driver == "${DRIVER}" && device.attributes["${DRIVER}"].model == "small"`);
});
afterAll(() => cluster.stop());

describe('claims for devices', () => {
  test('a pod goes where the device is that it claims, and the claim says what it got', async () => {
    await addClaim('large-one', {
      requests: [
        one('gpu', 'large', {
          selectors: [
            { cel: { expression: 'device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("1Gi"))' } },
          ],
        }),
      ],
      config: [{ opaque: { driver: DRIVER, parameters: { mode: 'fast' } } }],
    });
    await addPod('wants-large', ['large-one']);
    expect(await bound('wants-large')).toBe('a');
    const { status, metadata } = await claimOf('large-one');
    expect(metadata?.finalizers).toEqual(['resource.kubernetes.io/delete-protection']);
    expect(status).toEqual({
      allocation: {
        devices: {
          results: [{ request: 'gpu', driver: DRIVER, pool: 'gpus-a', device: 'a1' }],
          config: [{ source: 'FromClaim', opaque: { driver: DRIVER, parameters: { mode: 'fast' } } }],
        },
        nodeSelector: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
        allocationTimestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      reservedFor: [{ resource: 'pods', name: 'wants-large', uid: (await podOf('wants-large')).metadata?.uid }],
    });
  });

  test('when none is left a pod waits for one to be given back', async () => {
    await addClaim('large-two', { requests: [one('gpu', 'large')] });
    await addPod('waits', ['large-two']);
    expect(await messageOf('waits')).toBe(
      '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, ' +
        'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
    const { status: _status, ...rest } = await claimOf('large-one');
    await cluster.client.of(ResourceClaims).updateStatus({ ...rest, status: {} } as ResourceClaim);
    expect(await bound('waits')).toBe('a');
    expect(await devicesOf('large-two')).toEqual(['gpu=a1']);
  });

  test('alternatives are taken in their order, and constraints hold over all requests', async () => {
    await addClaim('pair', {
      requests: [
        {
          name: 'any',
          firstAvailable: [
            { name: 'best', deviceClassName: 'large' },
            { name: 'good', deviceClassName: 'small' },
          ],
        },
        one('more', 'small'),
      ],
      constraints: [{ matchAttribute: `${DRIVER}/model` }],
    });
    await addPod('pair', ['pair']);
    expect(await bound('pair')).toBe('b');
    expect(await devicesOf('pair')).toEqual(['any/good=b0', 'more=b1']);
  });

  test('a node is preferred that has what a claim would like best', async () => {
    const alternatives = (...names: string[]) =>
      names.map((name) => ({
        name,
        deviceClassName: name,
      }));
    await addClass(
      'fine',
      'device.driver == "pref.example.com" && device.attributes["pref.example.com"].grade == "fine"',
    );
    await addClass(
      'coarse',
      'device.driver == "pref.example.com" && device.attributes["pref.example.com"].grade == "coarse"',
    );
    const graded = (name: string, grade: string) => ({ name, attributes: { grade: { string: grade } } });
    for (const [node, grade] of [
      ['a', 'coarse'],
      ['b', 'fine'],
    ] as const) {
      await addSlice(`pref-${node}`, {
        driver: 'pref.example.com',
        nodeName: node,
        devices: [graded(`p-${node}`, grade)],
      });
    }
    await addClaim('graded', { requests: [{ name: 'r', firstAvailable: alternatives('fine', 'coarse') }] });
    // What else is on the nodes speaks for the other one.
    await addPod('graded', ['graded']);
    expect(await bound('graded')).toBe('b');
    expect(await devicesOf('graded')).toEqual(['r/fine=p-b']);
  });

  test('several pods share a claim on the node where it is', async () => {
    await addPod('also', ['pair']);
    expect(await bound('also')).toBe('b');
    expect((await claimOf('pair')).status?.reservedFor?.map(({ name }) => name)).toEqual(['pair', 'also']);
    await addPod('elsewhere', ['pair'], { nodeSelector: { 'kubernetes.io/hostname': 'a' } });
    expect(await messageOf('elsewhere')).toContain(
      "1 node(s) didn't match Pod's node affinity/selector, 1 resourceclaim not available on the node",
    );
  });

  test('a pod waits for its claim to be there and for its class', async () => {
    await addPod('early', ['late']);
    await addClaim('late', { requests: [one('gpu', 'nowhere')] });
    expect(await messageOf('early')).toContain('request gpu: device class nowhere does not exist');
    await addClass('nowhere', `device.driver == "${DRIVER}" && device.attributes["${DRIVER}"].model == "odd"`);
    expect(await bound('early')).toBe('b');
  });

  test('a selector that fails is told as an error', async () => {
    await addClaim('broken', {
      requests: [
        one('gpu', 'small', { selectors: [{ cel: { expression: `device.attributes["${DRIVER}"].nothing == 1` } }] }),
      ],
    });
    await addPod('broken', ['broken']);
    expect(await messageOf('broken')).toMatch(
      /^running "DynamicResources" filter plugin: claim default\/broken: selector #0: CEL runtime error: .*no such key: nothing/,
    );
  });
});

describe('devices of a special kind', () => {
  test('taints keep pods away that do not tolerate them', async () => {
    await addClass('tainted', 'device.driver == "tainted.example.com"');
    const devices = [{ name: 't0', taints: [{ key: 'broken', value: 'yes', effect: 'NoSchedule' }] }];
    await addSlice('tainted', { driver: 'tainted.example.com', allNodes: true, devices });
    await addClaim('strict', { requests: [one('gpu', 'tainted')] });
    await addPod('strict', ['strict']);
    expect(await messageOf('strict')).toContain('2 cannot allocate all claims');
    const tolerations = [{ key: 'broken', operator: 'Exists' }];
    await addClaim('bold', { requests: [one('gpu', 'tainted', { tolerations })] });
    await addPod('bold', ['bold']);
    await bound('bold');
    expect((await claimOf('bold')).status?.allocation).toMatchObject({
      devices: { results: [{ device: 't0', tolerations }] },
    });
    expect((await claimOf('bold')).status?.allocation?.nodeSelector).toBeUndefined();
  });

  test('parts of a device draw on the same counters', async () => {
    await addClass('part', 'device.driver == "part.example.com"');
    const pool = { name: 'parts', resourceSliceCount: 2 };
    const counters = (value: string) => [{ counterSet: 'card', counters: { memory: { value } } }];
    await addSlice(
      'counters',
      {
        driver: 'part.example.com',
        allNodes: true,
        sharedCounters: [{ name: 'card', counters: { memory: { value: '40Gi' } } }],
      },
      pool,
    );
    const devices = [
      { name: 'half-0', consumesCounters: counters('20Gi') },
      { name: 'half-1', consumesCounters: counters('20Gi') },
      { name: 'whole', consumesCounters: counters('40Gi') },
    ];
    await addSlice('parts', { driver: 'part.example.com', allNodes: true, devices }, pool);
    await addClaim('two-parts', { requests: [one('gpu', 'part', { count: 2 })] });
    await addPod('two-parts', ['two-parts']);
    await bound('two-parts');
    expect(await devicesOf('two-parts')).toEqual(['gpu=half-0', 'gpu=half-1']);
    await addClaim('one-more', { requests: [one('gpu', 'part')] });
    await addPod('one-more', ['one-more']);
    expect(await messageOf('one-more')).toContain('2 cannot allocate all claims');
  });

  test('several claims share the capacity of one device, rounded as it says', async () => {
    await addClass('shared', 'device.driver == "shared.example.com"');
    const bandwidth = { value: '10Gi', requestPolicy: { default: '1Gi', validRange: { min: '1Gi', step: '1Gi' } } };
    const devices = [{ name: 'nic', allowMultipleAllocations: true, capacity: { bandwidth } }];
    await addSlice('shared', { driver: 'shared.example.com', allNodes: true, devices });
    const asks = (amount: string) => ({
      requests: [one('nic', 'shared', { capacity: { requests: { bandwidth: amount } } })],
    });
    await addClaim('six', asks('5500Mi'));
    await addPod('six', ['six']);
    await bound('six');
    expect((await claimOf('six')).status?.allocation?.devices?.results).toEqual([
      expect.objectContaining({ device: 'nic', consumedCapacity: { bandwidth: '6Gi' }, shareID: expect.any(String) }),
    ]);
    await addClaim('five', asks('5Gi'));
    await addPod('five', ['five']);
    expect(await messageOf('five')).toContain('2 cannot allocate all claims');
    await addClaim('four', asks('4Gi'));
    await addPod('four', ['four']);
    await bound('four');
  });

  test('administrators reach devices that are taken, and all of them at once', async () => {
    await cluster.client
      .of(Namespaces)
      .create({ metadata: { name: 'admins', labels: { 'resource.kubernetes.io/admin-access': 'true' } } });
    const exactly = { deviceClassName: 'small', allocationMode: 'All', adminAccess: true };
    await cluster.client.of(ResourceClaims).create({
      metadata: { name: 'all', namespace: 'admins' },
      spec: { devices: { requests: [{ name: 'gpu', exactly }] } },
    } as ResourceClaim);
    await cluster.client.of(Pods).create({
      metadata: { name: 'admin', namespace: 'admins' },
      spec: {
        containers: [{ name: 'c', image: 'x' }],
        nodeSelector: { 'kubernetes.io/hostname': 'b' },
        resourceClaims: [{ name: 'all', resourceClaimName: 'all' }],
      },
    } as Pod);
    const pods = cluster.client.of(Pods);
    await waitFor(async () => (await pods.get('admin', { namespace: 'admins' })).spec?.nodeName);
    const claim = await cluster.client.of(ResourceClaims).get('all', { namespace: 'admins' });
    expect(claim.status?.allocation?.devices?.results?.map(({ device, adminAccess }) => [device, adminAccess])).toEqual(
      [
        ['b0', true],
        ['b1', true],
      ],
    );
  });
});

test('devices stand for an extended resource that no node has', async () => {
  await addClass('ext', 'device.driver == "ext.example.com"', { extendedResourceName: 'example.com/ext' });
  await addSlice('ext', { driver: 'ext.example.com', nodeName: 'a', devices: [{ name: 'e0' }, { name: 'e1' }] });
  const container = (name: string, count: string) => ({
    name,
    image: 'x',
    resources: { requests: { 'example.com/ext': count }, limits: { 'example.com/ext': count } },
  });
  const containers = [container('c', '2')];
  await addPod('extended', [], { containers, initContainers: [container('i', '1')] });
  expect(await bound('extended')).toBe('a');
  const { status } = await podOf('extended');
  const claimName = status?.extendedResourceClaimStatus?.resourceClaimName ?? '';
  expect(claimName).toMatch(/^extended-extended-resources-/);
  expect(status?.extendedResourceClaimStatus?.requestMappings).toEqual([
    { containerName: 'c', resourceName: 'example.com/ext', requestName: 'container-1-request-0' },
    { containerName: 'i', resourceName: 'example.com/ext', requestName: 'container-1-request-0' },
  ]);
  expect(await devicesOf(claimName)).toEqual(['container-1-request-0=e0', 'container-1-request-0=e1']);
  await addPod('too-much', [], { containers });
  expect(await messageOf('too-much')).toContain('2 cannot allocate all claims');
});

test('a pod is bound when its devices are ready', async () => {
  await addClass('fabric', 'device.driver == "fabric.example.com"');
  const conditions = { bindingConditions: ['Attached'], bindingFailureConditions: ['Failed'], bindsToNode: true };
  await addSlice('fabric', { driver: 'fabric.example.com', allNodes: true, devices: [{ name: 'f0', ...conditions }] });
  await addClaim('fabric', { requests: [one('gpu', 'fabric')] });
  await addPod('fabric', ['fabric']);
  await waitFor(async () => (await claimOf('fabric')).status?.allocation);
  expect(await nodeOf('fabric')).toBeUndefined();
  // Meanwhile others know where it is expected.
  expect((await podOf('fabric')).status?.nominatedNodeName).toMatch(/^[ab]$/);
  const claim = await claimOf('fabric');
  const told = {
    driver: 'fabric.example.com',
    pool: 'fabric',
    device: 'f0',
    conditions: [
      { type: 'Attached', status: 'True', reason: 'Done', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  };
  await cluster.client
    .of(ResourceClaims)
    .updateStatus({ ...claim, status: { ...claim.status, devices: [told] } } as ResourceClaim);
  await bound('fabric');
  expect((await podOf('fabric')).status?.nominatedNodeName).toBeUndefined();
  const labels = '{profile="default-scheduler",driver="fabric.example.com",status="success"} 1';
  const metrics = cluster.apiServer.metrics.render();
  expect(metrics).toContain(`scheduler_dra_bindingconditions_allocations_total${labels}\n`);
  expect(metrics).toContain(`scheduler_dra_bindingconditions_wait_duration_seconds_count${labels}\n`);
});

test('devices that a rule taints are for nobody, until it goes', async () => {
  await addClass('ruled', 'device.driver == "ruled.example.com"');
  await addSlice('ruled', { driver: 'ruled.example.com', nodeName: 'a', devices: [{ name: 'r0' }, { name: 'r1' }] });
  const rule = (name: string, deviceSelector: object) => ({
    metadata: { name },
    spec: { deviceSelector, taint: { key: 'example.com/service', effect: 'NoSchedule' } },
  });
  const rules = cluster.client.of(DeviceTaintRules);
  await rules.create(rule('first', { driver: 'ruled.example.com', device: 'r0' }) as DeviceTaintRule);
  await addClaim('ruled', { requests: [one('gpu', 'ruled')] });
  await addPod('ruled', ['ruled']);
  await bound('ruled');
  expect(await devicesOf('ruled')).toEqual(['gpu=r1']);
  await addClaim('ruled-2', { requests: [one('gpu', 'ruled')] });
  await addPod('ruled-2', ['ruled-2']);
  expect(await messageOf('ruled-2')).toContain('cannot allocate all claims');
  await rules.delete('first');
  await bound('ruled-2');
  expect(await devicesOf('ruled-2')).toEqual(['gpu=r0']);
});
