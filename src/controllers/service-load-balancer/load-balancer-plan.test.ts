import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { Service } from '#api/core/v1/service.ts';
import type { EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { FINALIZER, planLoadBalancer } from './load-balancer-plan.ts';

const node = (name: string, addresses: Record<string, string>, { ready = 'True', labels = {} } = {}): Node => ({
  metadata: { name, labels },
  status: {
    addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })),
    conditions: [{ type: 'Ready', status: ready }],
  } as Node['status'] & object,
});
const nodes = [
  node('c', { InternalIP: '10.0.0.3' }),
  node('a', { InternalIP: '10.0.0.1', ExternalIP: '203.0.113.1' }),
  node('b', { InternalIP: '10.0.0.2' }, { ready: 'False' }),
  node('d', { InternalIP: '10.0.0.4' }, { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } }),
];
const service = (name: string, spec: object = {}, metadata: object = {}): Service => ({
  metadata: { name, namespace: 'default', uid: name, ...metadata },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ipFamilies: ['IPv4'], ...spec },
});
const ip = (address: string) => ({ ip: address, ipMode: 'VIP' });
const ours = { finalizers: [FINALIZER] };
const older = { creationTimestamp: '2025-01-01T00:00:00Z' };
const younger = { creationTimestamp: '2026-01-01T00:00:00Z' };
const ensured = { do: 'ensure', ingress: [ip('203.0.113.1'), ip('10.0.0.3')] };

test.each([
  ['every ready node balances', service('web'), [], ensured],
  ['other types need none', service('web', { type: 'ClusterIP' }), [], { do: 'nothing' }],
  ['other classes are for others', service('web', { loadBalancerClass: 'x' }), [], { do: 'nothing' }],
  ['what has been one is removed', service('web', { type: 'NodePort' }, ours), [], { do: 'remove' }],
  ['with the service', service('web', {}, { ...ours, deletionTimestamp: 'now' }), [], { do: 'remove' }],
  [
    'the older one has the port',
    service('web', {}, younger),
    [service('first', {}, older)],
    { do: 'refuse', message: 'port 80/TCP of the nodes leads to service default/first' },
  ],
  ['the younger one waits', service('web', {}, older), [service('second', {}, younger)], ensured],
  [
    'another protocol is another port',
    service('web', {}, younger),
    [service('udp', { ports: [{ port: 80, protocol: 'UDP' }] }, older)],
    ensured,
  ],
])('%s', (_, object, others, want) => {
  expect(planLoadBalancer(object, { services: [object, ...others], nodes, slices: [] })).toEqual(want);
});

test('whoever has addresses keeps them', () => {
  const holder = { ...service('web', {}, younger), status: { loadBalancer: { ingress: [ip('10.0.0.3')] } } };
  const late = service('late', {}, older);
  expect(planLoadBalancer(holder, { services: [holder, late], nodes, slices: [] })).toEqual(ensured);
});

test('where traffic stays on its node, those balance that have somebody to answer', () => {
  const local = service('web', { externalTrafficPolicy: 'Local' });
  const endpoint = (nodeName: string, ready?: boolean) => ({
    addresses: ['10.1.0.1'],
    nodeName,
    conditions: ready === undefined ? {} : { ready },
  });
  const slice = (...endpoints: ReturnType<typeof endpoint>[]): EndpointSlice => ({ addressType: 'IPv4', endpoints });
  const plan = (...slices: EndpointSlice[]) => planLoadBalancer(local, { services: [local], nodes, slices });
  expect(plan(slice(endpoint('c'), endpoint('a', false)))).toEqual({ do: 'ensure', ingress: [ip('10.0.0.3')] });
  expect(plan(slice(endpoint('a', true)), slice(endpoint('c')))).toEqual(ensured);
  expect(plan()).toEqual({ do: 'ensure', ingress: [] });
});
