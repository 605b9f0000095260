import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { Endpoint } from '#api/discovery/v1/endpoint-slice.ts';
import { addZoneHints } from './zone-hints.ts';
import { zoneShares } from './zone-shares.ts';

const endpoint = (zone: string, ready = true): Endpoint => ({ addresses: [], conditions: { ready }, zone });
const endpoints = (zones: string) => [...zones].map((zone) => endpoint(zone));
const even = new Map([
  ['a', 0.5],
  ['b', 0.5],
]);
const nobody = () => undefined;

const hint = (zones: string, shares: ReadonlyMap<string, number> | undefined, current: string[] = []) => {
  const all = endpoints(zones);
  const { groups, refused } = addZoneHints([{ ports: [], endpoints: all }], shares, (one) => current[all.indexOf(one)]);
  return refused ?? groups[0]?.endpoints.map(({ hints }) => hints?.forZones?.[0]?.name).join('');
};

test.each([
  ['every zone has its share', 'aabb', even, 'aabb'],
  ['one zone gives to the other', 'aaab', even, 'baab'],
  ['a zone without endpoints gets its share', 'aaaa', even, 'bbaa'],
  ['a zone without nodes gives all', 'aabbcc', even, 'aabbab'],
  ['fewer endpoints than zones', 'a', even, 'Insufficient number of endpoints (1 endpoints, 2 zones)'],
  [
    'no way to share three evenly',
    'aab',
    even,
    'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)',
  ],
  [
    'nodes that do not say',
    'aabb',
    undefined,
    'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
  ],
])('%s', (_, zones, shares, want) => {
  expect(hint(zones, shares)).toBe(want);
});

test('what is good enough stays, and what has to move moves where it was', () => {
  expect(hint('aabb', even, ['b', 'a', 'a', 'b'])).toBe('baab');
  expect(hint('aaab', even, ['a', 'b', 'a', 'b'])).toBe('abab');
  expect(hint('aaab', even, ['a', 'a', 'b'])).toBe('aabb');
});

test('endpoints that are not ready have no hints, and all must have a zone', () => {
  const waiting = endpoint('a', false);
  const group = { ports: [], endpoints: [...endpoints('ab'), waiting] };
  expect(addZoneHints([group], even, nobody).groups[0]?.endpoints[2]).toBe(waiting);
  const nowhere: Endpoint = { addresses: [], conditions: { ready: true } };
  expect(addZoneHints([{ ports: [], endpoints: [...endpoints('abb'), nowhere] }], even, nobody).refused).toBe(
    'One or more endpoints do not have a zone specified',
  );
});

test('shares are those of the CPUs of ready nodes that are no control plane', () => {
  const node = (zone: string | undefined, cpu: string, { ready = 'True', labels = {} } = {}): Node => ({
    metadata: { labels: { ...labels, ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}) } },
    status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready as 'True' }] },
  });
  const nodes = [
    node('b', '1'),
    node('a', '2'),
    node('a', '1000m'),
    node(undefined, '9', { ready: 'False' }),
    node('c', '9', { labels: { 'node-role.kubernetes.io/control-plane': '' } }),
  ];
  expect([...(zoneShares(nodes) ?? [])]).toEqual([
    ['a', 0.75],
    ['b', 0.25],
  ]);
  expect(zoneShares([...nodes, node(undefined, '1')])).toBeUndefined();
  expect(zoneShares([node('a', '1')])).toBeUndefined();
});
