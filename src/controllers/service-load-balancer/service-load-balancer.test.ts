import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: ['service-lb-controller'], simulatedNodes: 1, scheduler: false });
});
afterAll(() => cluster.stop());

const services = () => cluster.client.of(Services);
const create = (name: string, port: number, spec: object = {}) =>
  services().create({ metadata: { name, namespace }, spec: { type: 'LoadBalancer', ports: [{ port }], ...spec } });
const ingressOf = ({ status }: Service) => status?.loadBalancer?.ingress;
const balanced = (name: string) =>
  waitFor(async () => {
    const found = await services().get(name, { namespace });
    return ingressOf(found)?.length === 1 && found;
  });
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message, source }) => `${source?.component} ${reason}: ${message}`);
};

test('a service gets the addresses of the nodes, and gives them back', async () => {
  await create('web', 80);
  const found = await balanced('web');
  expect(ingressOf(found)).toEqual([{ ip: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/), ipMode: 'VIP' }]);
  expect(found.metadata?.finalizers).toEqual(['service.kubernetes.io/load-balancer-cleanup']);
  await waitFor(async () =>
    (await eventsOf('web')).includes('service-controller EnsuredLoadBalancer: Ensured load balancer'),
  );
  await services().patch('web', mergePatch({ spec: { type: 'ClusterIP' } }), { namespace });
  await waitFor(async () => {
    const { metadata, status } = await services().get('web', { namespace });
    expect([metadata?.finalizers, status]).toEqual([undefined, { loadBalancer: {} }]);
    return true;
  });
});

test('of two services that want one port the second has it once the first is gone', async () => {
  await create('first', 443);
  await balanced('first');
  await create('second', 443);
  const refusal =
    'service-controller SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: port 443/TCP of the nodes leads to service default/first';
  await waitFor(async () => (await eventsOf('second')).includes(refusal));
  expect(ingressOf(await services().get('second', { namespace }))).toBeUndefined();
  await services().delete('first', { namespace });
  await balanced('second');
  await waitFor(
    async () => !(await services().list({ namespace })).items.some(({ metadata }) => metadata?.name === 'first'),
  );
});

test('a service whose traffic stays on its node has the addresses of those that answer', async () => {
  const slices = cluster.client.of(EndpointSlices);
  await create('local', 8080, { externalTrafficPolicy: 'Local' });
  await waitFor(async () =>
    (await eventsOf('local')).includes(
      'service-controller UnAvailableLoadBalancer: There are no available nodes for LoadBalancer',
    ),
  );
  const labels = { 'kubernetes.io/service-name': 'local' };
  const endpoints = [{ addresses: ['10.1.0.1'], nodeName: 'simulated-0' }];
  const slice = await slices.create({ metadata: { name: 'local', namespace, labels }, addressType: 'IPv4', endpoints });
  await balanced('local');
  await slices.update({ ...slice, endpoints: [] });
  await waitFor(async () => ingressOf(await services().get('local', { namespace })) === undefined);
});
