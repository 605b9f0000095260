import { afterAll, beforeAll, expect, test } from 'vitest';
import { EndpointsResource } from '#api/core/v1/endpoints.ts';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['endpoints-controller', 'endpointslice-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
  await cluster.client.of(Nodes).create({ metadata: { name: 'node-1' } });
});
afterAll(() => cluster.stop());

const createPod = async (
  name: string,
  app: string,
  { ip, ready, nodeName = 'node-1' }: { ip: string; ready: boolean; nodeName?: string },
): Promise<Pod> => {
  const pod = await cluster.client.of(Pods).create({
    metadata: { name, namespace, labels: { app } },
    spec: {
      nodeName,
      hostname: name,
      subdomain: app,
      containers: [{ name: 'main', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
  } as Pod);
  const condition = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    lastTransitionTime: '2030-01-02T03:04:05Z',
  };
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [condition] };
  return cluster.client.of(Pods).updateStatus({ ...pod, status });
};

test('a service lists its pods with their ports and conditions in a slice and in endpoints', async () => {
  await cluster.client.of(Services).create({
    metadata: { name: 'web', namespace, labels: { team: 'a' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  const [ready, waiting] = [
    await createPod('one', 'web', { ip: '10.1.0.1', ready: true }),
    await createPod('two', 'web', { ip: '10.1.0.2', ready: false }),
  ];
  const slices = async () =>
    (await cluster.client.of(EndpointSlices).list({ namespace, labelSelector: 'kubernetes.io/service-name=web' }))
      .items;
  const slice = await waitFor(async () => {
    const found = await slices();
    return found.length === 1 && found[0]?.endpoints?.length === 2 && found[0];
  });
  const endpoint = (pod: Pod, isReady: boolean) => ({
    addresses: [pod.status?.podIP],
    conditions: { ready: isReady, serving: isReady, terminating: false },
    hostname: pod.metadata?.name,
    targetRef: { kind: 'Pod', namespace, name: pod.metadata?.name, uid: pod.metadata?.uid },
    nodeName: 'node-1',
  });
  expect(slice.endpoints).toEqual([endpoint(ready, true), endpoint(waiting, false)]);
  expect(slice.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  expect(slice.metadata?.labels).toEqual({
    team: 'a',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  const address = ({ status, metadata }: Pod) => ({
    ip: status?.podIP,
    hostname: metadata?.name,
    nodeName: 'node-1',
    targetRef: { kind: 'Pod', namespace, name: metadata?.name, uid: metadata?.uid },
  });
  const endpoints = await waitFor(async () => {
    const found = await cluster.client.of(EndpointsResource).get('web', { namespace });
    return found.subsets?.[0]?.addresses && found.subsets[0].notReadyAddresses && found;
  });
  expect(endpoints.subsets).toEqual([
    {
      addresses: [address(ready)],
      notReadyAddresses: [address(waiting)],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  ]);
  await cluster.client.of(Pods).delete('one', { namespace, gracePeriodSeconds: 0 });
  await waitFor(async () => (await slices())[0]?.endpoints?.length === 1);
});

test('pods that lack the port a service names are listed in a slice without ports, and not in endpoints', async () => {
  await createPod('with', 'mixed', { ip: '10.3.0.1', ready: true });
  await cluster.client.of(Services).create({
    metadata: { name: 'mixed', namespace },
    spec: { selector: { app: 'mixed' }, ports: [{ port: 80, targetPort: 'http' }] },
  });
  const bare = await cluster.client.of(Pods).create({
    metadata: { name: 'without', namespace, labels: { app: 'mixed' } },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'web:1' }] },
  } as Pod);
  const status = { phase: 'Running', podIP: '10.3.0.2', podIPs: [{ ip: '10.3.0.2' }] };
  await cluster.client.of(Pods).updateStatus({ ...bare, status });
  const labelSelector = 'kubernetes.io/service-name=mixed';
  const shown = async () => {
    const { items } = await cluster.client.of(EndpointSlices).list({ namespace, labelSelector });
    return items.map(({ ports, endpoints }) => [
      (ports ?? []).map(({ port }) => port),
      (endpoints ?? []).flatMap(({ addresses }) => addresses),
    ]);
  };
  const listed = async () => {
    const { subsets } = await cluster.client.of(EndpointsResource).get('mixed', { namespace });
    return subsets?.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
  };
  await waitFor(async () => {
    const slices = await shown();
    expect(slices).toHaveLength(2);
    expect(slices).toContainEqual([[8080], ['10.3.0.1']]);
    expect(slices).toContainEqual([[], ['10.3.0.2']]);
    return true;
  });
  await waitFor(async () => expect(await listed()).toEqual(['10.3.0.1']));
});

test('controllers do not get in their own way while pods come and change', async () => {
  const spec = { selector: { app: 'busy' }, ports: [{ port: 80 }] };
  await cluster.client.of(Services).create({ metadata: { name: 'busy', namespace }, spec });
  const ips = Array.from({ length: 8 }, (_, n) => `10.3.0.${n + 1}`);
  await Promise.all(ips.map((ip, n) => createPod(`busy-${n}`, 'busy', { ip, ready: true })));
  await waitFor(async () => {
    const { subsets } = await cluster.client.of(EndpointsResource).get('busy', { namespace });
    return subsets?.[0]?.addresses?.length === ips.length;
  });
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=busy' });
  expect(items).toEqual([]);
});

test('endpoints go with their service', async () => {
  const spec = { selector: { app: 'gone' }, ports: [{ port: 80 }] };
  await cluster.client.of(Services).create({ metadata: { name: 'gone', namespace }, spec });
  const get = () => cluster.client.of(EndpointsResource).get('gone', { namespace });
  await waitFor(get);
  await cluster.client.of(Services).delete('gone', { namespace });
  await waitFor(() =>
    get().then(
      () => false,
      () => true,
    ),
  );
});

test('a service that asks for it has its endpoints hinted to zones by their CPUs', async () => {
  const conditions = [{ type: 'Ready', status: 'True' }];
  for (const zone of ['a', 'b']) {
    const labels = { 'topology.kubernetes.io/zone': zone };
    const node = await cluster.client.of(Nodes).create({ metadata: { name: `node-${zone}`, labels } });
    await cluster.client.of(Nodes).updateStatus({ ...node, status: { allocatable: { cpu: '4' }, conditions } } as Node);
  }
  const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
  const spec = { selector: { app: 'zoned' }, ports: [{ port: 80 }] };
  await cluster.client.of(Services).create({ metadata: { name: 'zoned', namespace, annotations }, spec });
  const ips = ['10.2.0.1', '10.2.0.2', '10.2.0.3', '10.2.0.4'];
  for (const ip of ips) {
    const name = `zoned-${ip.at(-1)}`;
    await createPod(name, 'zoned', { ip, ready: true, nodeName: ip === '10.2.0.4' ? 'node-b' : 'node-a' });
  }
  await waitFor(async () => {
    const labelSelector = 'kubernetes.io/service-name=zoned';
    const { items } = await cluster.client.of(EndpointSlices).list({ namespace, labelSelector });
    const hints = items.flatMap(({ endpoints }) => endpoints?.map((one) => one.hints?.forZones?.[0]?.name));
    expect(hints.sort()).toEqual(['a', 'a', 'b', 'b']);
    return true;
  });
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=zoned' });
    return items.some(({ message }) => message === 'Topology Aware Hints has been enabled, addressType: IPv4');
  });
});

test('a pod whose node is not there is left out and told of, until its node comes', async () => {
  const spec = { selector: { app: 'lost' }, ports: [{ port: 80 }] };
  const service = await cluster.client.of(Services).create({ metadata: { name: 'lost', namespace }, spec });
  await createPod('here', 'lost', { ip: '10.1.7.1', ready: true });
  await createPod('there', 'lost', { ip: '10.1.7.2', ready: true, nodeName: 'node-9' });
  const listed = async () => {
    const labelSelector = 'kubernetes.io/service-name=lost';
    const { items } = await cluster.client.of(EndpointSlices).list({ namespace, labelSelector });
    return items.flatMap(({ endpoints = [] }) => endpoints.map(({ targetRef }) => targetRef?.name)).sort();
  };
  await waitFor(async () => expect(await listed()).toEqual(['here']));
  const fieldSelector = `involvedObject.uid=${service.metadata?.uid}`;
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector });
    const told = items.map(({ reason, message }) => `${reason} ${message}`);
    const skipped = 'skipping Pod there for Service default/lost: Node node-9 Not Found';
    return told.includes(
      `FailedToUpdateEndpointSlices Error updating Endpoint Slices for Service default/lost: ${skipped}`,
    );
  });
  await cluster.client.of(Nodes).create({ metadata: { name: 'node-9' } });
  await waitFor(async () => expect(await listed()).toEqual(['here', 'there']));
});
