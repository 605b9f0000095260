import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import { EvictionPace, evictionRates, zoneOf } from './eviction-pace.ts';

const nodes = (zone: string, ready: number, silent: number): Node[] =>
  Array.from({ length: ready + silent }, (_, index) => ({
    metadata: { labels: { 'topology.kubernetes.io/zone': zone } },
    status: { conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'Unknown' }] },
  }));

const excluded = ({ metadata, ...node }: Node): Node => ({
  ...node,
  metadata: { labels: { ...metadata?.labels, 'node.kubernetes.io/exclude-disruption': '' } },
});

test.each([
  ['a zone with some silent nodes', nodes('a', 5, 2), { ':a': 0.1 }],
  ['a small zone where most are silent', nodes('a', 2, 3), { ':a': 0 }],
  ['a large zone where most are silent', nodes('a', 20, 40), { ':a': 0.01 }],
  [
    'a zone that is gone, while another one is there',
    [...nodes('a', 0, 4), ...nodes('b', 1, 0)],
    { ':a': 0.1, ':b': 0.1 },
  ],
  [
    'nodes that have never reported count as silent',
    [...nodes('a', 2, 0), ...nodes('a', 0, 3).map(({ metadata }) => ({ metadata }) as Node)],
    { ':a': 0 },
  ],
  ['nodes that are not to count', [...nodes('a', 2, 0), ...nodes('a', 0, 3).map(excluded)], { ':a': 0.1 }],
  ['nodes of which none is to count', nodes('a', 0, 3).map(excluded), { ':a': 0.1 }],
  ['every node is silent', [...nodes('a', 0, 4), ...nodes('b', 0, 1)], undefined],
])('%s', (_, all, want) => {
  const rates = evictionRates(all);
  expect(rates && Object.fromEntries(rates)).toEqual(want);
});

test('one node of a zone is emptied after another', () => {
  const pace = new EvictionPace();
  expect([
    pace.wait('a', 0.1, 0),
    pace.wait('a', 0.1, 4000),
    pace.wait('b', 0.1, 4000),
    pace.wait('a', 0.1, 10_000),
    pace.wait('a', 0, 50_000),
  ]).toEqual([0, 6000, 0, 0, Number.POSITIVE_INFINITY]);
});

test.each([
  [{}, ':'],
  [{ 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'z' }, 'r:z'],
  [{ 'topology.kubernetes.io/zone': 'z', 'failure-domain.beta.kubernetes.io/zone': 'former' }, ':former'],
])('nodes with the labels %o are in the zone %s', (labels, zone) => {
  expect(zoneOf({ metadata: { labels } })).toBe(zone);
});
