import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { checkApiOperations, checkDiscovery, refuses } from '../support/api-operations.ts';
import type { Collection } from '../support/collection.ts';
import { podTemplate } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

let rest: Rest;
let namespace: string;
beforeAll(async () => {
  rest = await Rest.start({ simulatedNodes: 2 });
  namespace = await rest.namespace('network', { serviceAccount: true });
});
afterAll(() => rest?.stop());

const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
const service = (name: string, spec: Body = {}, labels: Body = {}): Body => ({
  metadata: { name, labels },
  spec: { ports, ...spec },
});
const services = () => rest.of('v1', 'services', namespace);
const endpointsOf = () => rest.of('v1', 'endpoints', namespace);
const slicesOf = () => rest.of('discovery.k8s.io/v1', 'endpointslices', namespace);
const ofService = (name: string) => ({ labelSelector: `kubernetes.io/service-name=${name}` });

/** Two running pods with labels, and their addresses in order. */
async function runningPods(labels: Record<string, string>): Promise<string[]> {
  const pods = rest.of('v1', 'pods', namespace);
  const template = podTemplate(labels);
  template.spec.containers[0].ports = [{ name: 'web', containerPort: 8080 }];
  const prefix = rest.name('endpoint');
  for (const each of ['a', 'b']) {
    await pods.create({ ...template, metadata: { ...template.metadata, name: `${prefix}-${each}` } });
  }
  return waitFor(async () => {
    const addresses = (await pods.list({ labelSelector: `app=${labels['app']}` })).items.map(
      (each: Body) => each.status.podIP,
    );
    return addresses.every(Boolean) && addresses.sort();
  });
}

const addressesOfSubsets = ({ subsets = [] }: Body) =>
  subsets.flatMap((subset: Body) => (subset.addresses ?? []).map((each: Body) => each.ip)).sort();
const addressesOfSlices = ({ items }: Body) =>
  items.flatMap((slice: Body) => slice.endpoints.flatMap((each: Body) => each.addresses)).sort();

const polled = (probe: () => Promise<unknown>) => expect.poll(probe, { interval: 5, timeout: 20_000 });
const gone = (collection: Collection, name: string) =>
  waitFor(
    () =>
      refuses(collection.get(name), 404, 'NotFound').then(
        () => true,
        () => false,
      ),
    { what: `${name} to go` },
  );

describe('[sig-network] API Server', () => {
  test('should provide secure master service', async () => {
    const { spec } = await rest.of('v1', 'services', 'default').get('kubernetes');
    expect(spec).toMatchObject({ type: 'ClusterIP', clusterIP: '10.96.0.1' });
    expect(spec.ports).toMatchObject([{ name: 'https', port: 443, protocol: 'TCP' }]);
  });

  test('should have Endpoints and EndpointSlices pointing to API Server', async () => {
    const endpoints = await rest.of('v1', 'endpoints', 'default').get('kubernetes');
    const slices = await rest.of('discovery.k8s.io/v1', 'endpointslices', 'default').list(ofService('kubernetes'));
    const port = { name: 'https', protocol: 'TCP', port: Number(new URL(rest.endpoint.server).port) };
    for (const subset of endpoints.subsets ?? []) expect(subset.ports).toEqual([port]);
    expect(slices.items).toHaveLength(1);
    expect(slices.items[0]).toMatchObject({ metadata: { name: 'kubernetes' }, addressType: 'IPv4', ports: [port] });
    expect(addressesOfSlices(slices)).toEqual(addressesOfSubsets(endpoints));
  });
});

describe('[sig-network] Ingress and IngressClass API', () => {
  test('Ingress API should support creating Ingress API operations', async () => {
    const backend = { service: { name: 'web', port: { number: 80 } } };
    await checkApiOperations(rest.of('networking.k8s.io/v1', 'ingresses', namespace), {
      kind: 'Ingress',
      object: {
        spec: {
          defaultBackend: backend,
          rules: [{ host: 'web.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
        },
      },
      specPatch: { spec: { ingressClassName: 'another' } },
      status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
    });
  });

  test('IngressClass API should support creating IngressClass API operations', async () => {
    await checkApiOperations(rest.of('networking.k8s.io/v1', 'ingressclasses'), {
      kind: 'IngressClass',
      object: { spec: { controller: 'example.test/controller' } },
    });
  });
});

describe('[sig-network] ServiceCIDR and IPAddress API', () => {
  test('should support IPAddress API operations', async () => {
    const addresses = rest.of('networking.k8s.io/v1', 'ipaddresses');
    await checkDiscovery(addresses, { kind: 'IPAddress' });
    const spec = { parentRef: { group: 'example.test', resource: 'things', namespace: 'a', name: 'one' } };
    const create = (name: string) =>
      addresses.create({
        metadata: { name, labels: { behaviour: 'address', 'ipaddress.kubernetes.io/managed-by': 'test' } },
        spec,
      });
    await refuses(create('not-an-address'), 422, 'Invalid');
    const created = await create('192.168.1.1');
    expect(created.spec).toEqual(spec);
    await refuses(create('192.168.1.1'), 409, 'AlreadyExists');
    await refuses(addresses.patch('192.168.1.1', 'merge', { spec: { parentRef: { name: 'two' } } }), 422, 'Invalid');
    const patched = await addresses.patch('192.168.1.1', 'strategic', {
      metadata: { annotations: { patched: 'yes' } },
    });
    const updated = await addresses.update({
      ...patched,
      metadata: { ...patched.metadata, annotations: { updated: 'yes' } },
    });
    expect(updated).toMatchObject({ spec, metadata: { annotations: { updated: 'yes' } } });
    await create('2001:db8::ffff');
    const selector = { labelSelector: 'behaviour=address' };
    expect(await addresses.names(selector)).toEqual(['192.168.1.1', '2001:db8::ffff']);
    await addresses.delete('192.168.1.1');
    await addresses.deleteCollection(selector);
    expect(await addresses.names(selector)).toEqual([]);
    // Every Service that has an address holds it.
    expect((await addresses.get('10.96.0.1')).spec.parentRef).toMatchObject({
      resource: 'services',
      name: 'kubernetes',
    });
  });

  test('should support ServiceCIDR API operations', async () => {
    const ranges = rest.of('networking.k8s.io/v1', 'servicecidrs');
    await checkDiscovery(ranges, { kind: 'ServiceCIDR', subresources: ['status'] });
    const standing = await ranges.get('kubernetes');
    expect(standing).toMatchObject({
      spec: { cidrs: ['10.96.0.0/12'] },
      metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    });
    const watch = await ranges.watch();
    await ranges.create({
      metadata: { name: 'more', labels: { behaviour: 'range' } },
      spec: { cidrs: ['10.0.254.0/24'] },
    });
    const ready = await watch.until(
      'MODIFIED',
      ({ metadata, status }) => metadata.name === 'more' && status?.conditions,
    );
    expect(ready.status.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
    await refuses(ranges.patch('more', 'merge', { spec: { cidrs: ['10.0.253.0/24'] } }), 422, 'Invalid');
    await ranges.patch('more', 'merge', { metadata: { annotations: { patched: 'yes' } } });
    const condition = {
      type: 'Tested',
      status: 'True',
      reason: 'Tested',
      message: 'Set by a behaviour',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    const changed = await ranges.change('more', ({ status }) => status.conditions.push(condition), {
      subresource: 'status',
    });
    expect(changed.status.conditions).toContainEqual(condition);
    await ranges.deleteCollection({ labelSelector: 'behaviour=range' });
    await watch.of('DELETED', 'more');
    await refuses(ranges.get('more'), 404, 'NotFound');
  });
});

describe('[sig-network] EndpointSlice and Endpoints', () => {
  test('EndpointSlice should support creating EndpointSlice API operations', async () => {
    await checkApiOperations(slicesOf(), {
      kind: 'EndpointSlice',
      object: {
        metadata: { labels: { 'endpointslice.kubernetes.io/managed-by': 'test' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }],
        ports: [],
      },
      specPatch: { endpoints: [{ addresses: ['9.9.9.9'] }] },
    });
  });

  test('EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service', async () => {
    const addresses = await runningPods({ app: 'slices' });
    await services().create(service('slices', { selector: { app: 'slices' } }));
    await polled(async () => addressesOfSubsets(await endpointsOf().get('slices'))).toEqual(addresses);
    await polled(async () => addressesOfSlices(await slicesOf().list(ofService('slices')))).toEqual(addresses);
    const [slice] = (await slicesOf().list(ofService('slices'))).items;
    expect(slice).toMatchObject({
      metadata: {
        labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'slices', controller: true }],
      },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    });
    for (const endpoint of slice.endpoints) {
      expect(endpoint).toMatchObject({
        conditions: { ready: true, serving: true, terminating: false },
        targetRef: { kind: 'Pod' },
      });
    }
  });

  test('EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods', async () => {
    await services().create(service('no-pods', { selector: { app: 'none' } }));
    await polled(() => slicesOf().names(ofService('no-pods'))).toHaveLength(1);
    const [{ metadata, endpoints }] = (await slicesOf().list(ofService('no-pods'))).items;
    expect(endpoints ?? []).toEqual([]);
    await services().delete('no-pods');
    await gone(slicesOf(), metadata.name);
  });

  test('EndpointsController should create Endpoints for Pods matching a Service', async () => {
    const addresses = await runningPods({ app: 'controlled' });
    await services().create(
      service('controlled', {
        selector: { app: 'controlled' },
        ports: [{ name: 'named', port: 80, targetPort: 'web' }],
      }),
    );
    await polled(async () => addressesOfSubsets(await endpointsOf().get('controlled'))).toEqual(addresses);
    const { subsets } = await endpointsOf().get('controlled');
    expect(subsets).toMatchObject([{ ports: [{ name: 'named', port: 8080, protocol: 'TCP' }] }]);
  });

  test('EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods', async () => {
    await services().create(service('nobody', { selector: { app: 'none' } }));
    await waitFor(() =>
      endpointsOf()
        .get('nobody')
        .then(
          () => true,
          () => false,
        ),
    );
    expect(await endpointsOf().get('nobody')).not.toHaveProperty('subsets');
    await services().delete('nobody');
    await gone(endpointsOf(), 'nobody');
  });

  test('EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete', async () => {
    const { metadata } = await services().create(service(rest.name('mirrored')));
    const mirrors = () => slicesOf().list(ofService(metadata.name));
    const shown = async () =>
      (await mirrors()).items.map((each: Body) => [each.ports, each.endpoints, each.metadata.labels]);
    const labels = {
      team: 'a',
      'kubernetes.io/service-name': metadata.name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    };
    const endpoint = (ip: string) => ({ addresses: [ip], conditions: { ready: true } });
    const custom = await endpointsOf().create({
      metadata: { name: metadata.name, labels: { team: 'a' } },
      subsets: [{ ports: [{ port: 80 }], addresses: [{ ip: '10.1.2.3' }] }],
    });
    const port = { name: '', protocol: 'TCP' };
    await polled(shown).toEqual([[[{ ...port, port: 80 }], [endpoint('10.1.2.3')], labels]]);
    await endpointsOf().update({
      ...custom,
      subsets: [{ ports: [{ name: '', port: 8080 }], addresses: [{ ip: '10.1.2.3' }, { ip: '10.2.3.4' }] }],
    });
    await polled(shown).toEqual([[[{ ...port, port: 8080 }], [endpoint('10.1.2.3'), endpoint('10.2.3.4')], labels]]);
    await endpointsOf().delete(metadata.name);
    await polled(shown).toEqual([]);
  });

  test('Endpoints should test the lifecycle of an Endpoint', async () => {
    const endpoints = endpointsOf();
    const watch = await endpoints.watch({ labelSelector: 'lifecycle=yes' });
    const subset = (ip: string, port: number) => ({
      addresses: [{ ip }],
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    });
    await endpoints.create({
      metadata: { name: 'lifecycle', labels: { lifecycle: 'yes' } },
      subsets: [subset('10.0.0.24', 80)],
    });
    await watch.of('ADDED', 'lifecycle');
    expect(await endpoints.everywhere.names({ labelSelector: 'lifecycle=yes' })).toEqual(['lifecycle']);
    const updated = await endpoints.change('lifecycle', ({ metadata }) =>
      Object.assign(metadata.labels, { more: 'updated' }),
    );
    expect(await watch.until('MODIFIED', ({ metadata }) => metadata.labels.more === 'updated')).toEqual(updated);
    await endpoints.patch('lifecycle', 'strategic', { subsets: [subset('10.0.0.25', 8080)] });
    const patched = await watch.until('MODIFIED', ({ subsets }) => subsets[0].ports[0].port === 8080);
    expect(patched.subsets).toEqual([subset('10.0.0.25', 8080)]);
    expect((await endpoints.get('lifecycle')).subsets).toEqual([subset('10.0.0.25', 8080)]);
    await endpoints.deleteCollection({ labelSelector: 'lifecycle=yes' });
    await watch.of('DELETED', 'lifecycle');
    await refuses(endpoints.get('lifecycle'), 404, 'NotFound');
  });
});

describe('[sig-network] Services', () => {
  test('should find a service from listing all namespaces', async () => {
    const { items } = await rest.of('v1', 'services').list();
    expect(items.map(({ metadata }: Body) => `${metadata.namespace}/${metadata.name}`)).toContain('default/kubernetes');
  });

  test('should complete a service status lifecycle', async () => {
    const subresource = 'status';
    const watch = await services().watch({ labelSelector: 'lifecycle=status' });
    // Of a class of its own, so that nobody else writes its status.
    const spec = { type: 'LoadBalancer', loadBalancerClass: 'example.test/internal' };
    const created = await services().create(service('status', spec, { lifecycle: 'status' }));
    await watch.of('ADDED', 'status');
    expect((await services().get('status', { subresource })).status).toEqual({ loadBalancer: {} });
    const loadBalancer = { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] };
    const patch = { metadata: { annotations: { patched: 'true' } }, status: { loadBalancer } };
    const patched = await services().patch('status', 'merge', patch, { subresource });
    expect(patched).toMatchObject({ ...patch, spec: created.spec });
    await watch.until('MODIFIED', ({ metadata }) => metadata.annotations?.patched === 'true');
    const condition = {
      type: 'StatusUpdate',
      status: 'True',
      reason: 'Tested',
      message: 'Set by a behaviour',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    await services().change('status', ({ status }) => Object.assign(status, { conditions: [condition] }), {
      subresource,
    });
    await watch.until('MODIFIED', ({ status }) => status.conditions?.[0].type === 'StatusUpdate');
    await services().patch('status', 'strategic', { metadata: { labels: { 'test-service': 'patched' } } });
    const last = await watch.until('MODIFIED', ({ metadata }) => metadata.labels['test-service'] === 'patched');
    expect(last.status).toMatchObject({ loadBalancer, conditions: [condition] });
    await services().delete('status');
    await watch.of('DELETED', 'status');
  });

  test('should delete a collection of services', async () => {
    const labels = { collection: 'yes' };
    await services().create(service('one', { type: 'ClusterIP' }, labels));
    await services().create(service('two', { type: 'NodePort' }, labels));
    await services().create(service('three', { type: 'ExternalName', externalName: 'web.test', ports: [] }, labels));
    const selector = { labelSelector: 'collection=yes' };
    expect(await services().names(selector)).toEqual(['one', 'three', 'two']);
    await services().deleteCollection(selector);
    expect(await services().names(selector)).toEqual([]);
    expect((await services().names()).length).toBeGreaterThan(0);
  });
});

describe('[sig-network] Service endpoints latency', () => {
  test('should not be very high', { timeout: 120_000 }, async () => {
    const labels = { app: 'latency' };
    const addresses = await runningPods(labels);
    const latencies: number[] = [];
    const one = async () => {
      const name = rest.name('latency');
      await services().create(service(name, { selector: labels }));
      const created = performance.now();
      await waitFor(async () => addressesOfSlices(await slicesOf().list(ofService(name))).join() === addresses.join(), {
        timeoutMs: 50_000,
      });
      latencies.push(performance.now() - created);
      await services().delete(name);
    };
    // 50 of them, 10 at a time.
    const several = async () => {
      for (let times = 0; times < 5; times++) await one();
    };
    await Promise.all(Array.from({ length: 10 }, several));
    latencies.sort((a, b) => a - b);
    expect(latencies).toHaveLength(50);
    expect(latencies[25]).toBeLessThan(20_000);
  });
});
