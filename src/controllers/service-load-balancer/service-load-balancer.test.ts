import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
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
