// What plugins that look at other pods make of nodes: inputs and scores as upstream's plugins have them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { type Service, Services } from '#api/core/v1/service.ts';
import { InformerFactory } from '#client/informer-factory.ts';
import { Cluster } from '#testing/cluster.ts';
import { Harness, makeNode, makePod, type NodeShape, type PodShape } from '../testing/harness.ts';
import { type Case, type Nodes, type Scores, scores, type There } from '../testing/score-case.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const inRegion = (region: string): NodeShape => ({ labels: { region } });
const inZone = (az: string): NodeShape => ({ labels: { az } });

describe('InterPodAffinity', () => {
  const s1: PodShape = { labels: { security: 'S1' } };
  const s2: PodShape = { labels: { security: 'S2' } };
  const term = (value: string, topologyKey: string) => ({
    labelSelector: { matchExpressions: [{ key: 'security', operator: 'In', values: [value] }] },
    topologyKey,
  });
  const weighted = (weight: number, value: string, topologyKey: string) => ({
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term(value, topologyKey) }],
  });
  const withS1 = { podAffinity: weighted(5, 'S1', 'region') };
  const withS2 = { podAffinity: weighted(6, 'S2', 'region') };
  const awayFromS1 = { podAntiAffinity: weighted(5, 'S1', 'az') };
  const awayFromS2 = { podAntiAffinity: weighted(5, 'S2', 'az') };
  const both = { podAffinity: weighted(8, 'S1', 'region'), podAntiAffinity: weighted(5, 'S2', 'az') };
  const wanting = (affinity: object, { labels }: PodShape = {}): PodShape => ({
    ...(labels ? { labels } : {}),
    spec: { affinity },
  });
  const hard = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('S1', 'region')] } };
  const regions = { a: inRegion('China'), b: inRegion('India'), c: inZone('az1') };
  test.each<[string, Case, Scores]>([
    ['no affinity anywhere', { nodes: regions, pod: s1 }, { a: 0, b: 0, c: 0 }],
    [
      'near to those it likes',
      {
        nodes: regions,
        there: [
          ['a', s1],
          ['b', s2],
          ['c', s1],
        ],
        pod: wanting(withS1, s1),
      },
      { a: 100, b: 0, c: 0 },
    ],
    [
      'all nodes of the domain',
      {
        nodes: { a: inRegion('China'), b: { labels: { region: 'China', az: 'az1' } }, c: inRegion('India') },
        there: [['a', s1]],
        pod: wanting(withS1),
      },
      { a: 100, b: 100, c: 0 },
    ],
    [
      'more of them',
      {
        nodes: {
          a: inRegion('China'),
          b: inRegion('India'),
          c: inRegion('China'),
          d: inRegion('China'),
          e: inRegion('India'),
        },
        there: [
          ['a', s2],
          ['a', s2],
          ['b', s2],
          ['c', s2],
          ['d', s2],
          ['e', s2],
        ],
        pod: wanting(withS2, s1),
      },
      { a: 100, b: 0, c: 100, d: 100, e: 0 },
    ],
    [
      'what others prefer',
      {
        nodes: regions,
        there: [
          ['a', wanting(withS1, s1)],
          ['b', wanting(withS2, s2)],
        ],
        pod: s2,
      },
      { a: 0, b: 100, c: 0 },
    ],
    [
      'what others require',
      {
        nodes: regions,
        there: [
          ['a', wanting(hard, s1)],
          ['b', wanting(hard, s2)],
        ],
        pod: s1,
      },
      { a: 100, b: 100, c: 0 },
    ],
    [
      'away from those it dislikes',
      {
        nodes: { a: inZone('az1'), b: inRegion('China') },
        there: [
          ['a', s1],
          ['b', s2],
        ],
        pod: wanting(awayFromS1, s1),
      },
      { a: 0, b: 100 },
    ],
    [
      'what others dislike',
      {
        nodes: { a: inZone('az1'), b: inZone('az2') },
        there: [
          ['a', wanting(awayFromS2, s1)],
          ['b', wanting(awayFromS1, s2)],
        ],
        pod: s2,
      },
      { a: 0, b: 100 },
    ],
    [
      'near and away',
      {
        nodes: { a: inRegion('China'), b: inZone('az1') },
        there: [
          ['a', s1],
          ['b', s1],
        ],
        pod: wanting(both, s1),
      },
      { a: 100, b: 0 },
    ],
    [
      'near and away, of both sides',
      {
        nodes: { a: inRegion('China'), b: inZone('az1'), c: inRegion('India'), d: inZone('az2') },
        there: [
          ['a', s1],
          ['b', s2],
          ['c', wanting(both)],
          ['d', wanting(awayFromS1)],
        ],
        pod: wanting(both, s1),
      },
      { a: 100, b: 0, c: 100, d: 0 },
    ],
    [
      'all nodes alike',
      {
        nodes: { a: inRegion('China'), b: inRegion('China') },
        there: [
          ['a', s1],
          ['b', wanting(both)],
        ],
        pod: s1,
      },
      { a: 0, b: 0 },
    ],
    [
      'preferences of others are left out where the profile says so',
      {
        nodes: regions,
        there: [
          ['a', wanting(withS1, s1)],
          ['b', wanting(withS2, s2)],
        ],
        pod: s2,
        args: { ignorePreferredTermsOfExistingPods: true },
      },
      { a: 0, b: 0, c: 0 },
    ],
  ])('%s', (_name, given, expected) => {
    expect(scores(cluster.client, 'InterPodAffinity', given)).toEqual(expected);
  });
});

const HOSTNAME = 'kubernetes.io/hostname';
const foo: PodShape = { labels: { foo: '' } };
const bar: PodShape = { labels: { bar: '' } };
const fooAndBar: PodShape = { labels: { foo: '', bar: '' } };
const plain = (...names: string[]): Nodes => Object.fromEntries(names.map((name) => [name, {}]));
const zones = (of: Readonly<Record<string, string>>): Nodes =>
  Object.fromEntries(Object.entries(of).map(([name, zone]) => [name, { labels: { zone } }]));
/** So many equal pods on each node. */
const spreadAs = (counts: Readonly<Record<string, number>>, pod: PodShape = foo): There =>
  Object.entries(counts).flatMap(([node, count]) => Array.from({ length: count }, () => [node, pod] as const));

describe('PodTopologySpread', () => {
  const constraint = (
    topologyKey: string,
    label: string | undefined,
    { maxSkew = 1, ...more }: { readonly maxSkew?: number; readonly [field: string]: unknown } = {},
  ) => ({
    maxSkew,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    ...(label === undefined ? {} : { labelSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] } }),
    ...more,
  });
  const spread = (constraints: object[], { labels = {} }: PodShape = foo, spec: object = {}): PodShape => ({
    labels,
    spec: { ...spec, topologySpreadConstraints: constraints },
  });
  const four = plain('a', 'b', 'c', 'd');
  const xy = zones({ a: 'zone1', b: 'zone1', x: 'zone2', y: 'zone2' });
  const keyed = {
    a: { labels: { node: 'a', foo: '' } },
    b: { labels: { node: 'b', foo: '' } },
    c: { labels: { node: 'c' } },
  };
  const affinityIgnored = { nodeAffinityPolicy: 'Ignore' };
  const tainted = {
    a: { labels: { node: 'a' } },
    b: { labels: { node: 'b' } },
    c: { labels: { node: 'c' }, taints: [{ key: 'k', effect: 'NoSchedule' as const }] },
  };
  test.each<[string, Case, Scores]>([
    ['no pods', { nodes: plain('a', 'b'), pod: spread([constraint(HOSTNAME, 'foo')]) }, { a: 100, b: 100 }],
    [
      'as many everywhere',
      { nodes: plain('a', 'b'), there: spreadAs({ a: 1, b: 1 }), pod: spread([constraint(HOSTNAME, 'foo')]) },
      { a: 100, b: 100 },
    ],
    [
      '2/1/0/3',
      { nodes: four, there: spreadAs({ a: 2, b: 1, d: 3 }), pod: spread([constraint(HOSTNAME, 'foo')]) },
      { a: 20, b: 60, c: 100, d: 0 },
    ],
    [
      'a selector of nothing',
      { nodes: four, there: spreadAs({ a: 2, b: 1, d: 3 }), pod: spread([constraint(HOSTNAME, undefined)]) },
      { a: 100, b: 100, c: 100, d: 100 },
    ],
    [
      '2/1/0/3 with a skew of 2',
      {
        nodes: four,
        there: spreadAs({ a: 2, b: 1, d: 3 }),
        pod: spread([constraint(HOSTNAME, 'foo', { maxSkew: 2 })]),
      },
      { a: 33, b: 66, c: 100, d: 16 },
    ],
    [
      '4/3/2/1 with a skew of 3',
      {
        nodes: four,
        there: spreadAs({ a: 4, b: 3, c: 2, d: 1 }),
        pod: spread([constraint(HOSTNAME, 'foo', { maxSkew: 3 })]),
      },
      { a: 44, b: 66, c: 77, d: 100 },
    ],
    [
      'zone and node, different pods',
      {
        nodes: xy,
        there: [
          ['a', foo],
          ['b', fooAndBar],
          ['y', foo],
          ['y', bar],
        ],
        pod: spread([constraint('zone', 'foo'), constraint(HOSTNAME, 'bar')], fooAndBar),
      },
      { a: 60, b: 20, x: 100, y: 60 },
    ],
    [
      'zone and node, some without pods',
      {
        nodes: xy,
        there: [
          ['b', bar],
          ['x', foo],
          ['y', fooAndBar],
        ],
        pod: spread([constraint('zone', 'foo'), constraint(HOSTNAME, 'bar')], fooAndBar),
      },
      { a: 100, b: 60, x: 40, y: 0 },
    ],
    [
      'pods of other namespaces',
      {
        nodes: plain('a', 'b'),
        there: [
          ['a', { ...foo, namespace: 'other' }],
          ['a', foo],
          ['b', foo],
          ['b', foo],
        ],
        pod: spread([constraint(HOSTNAME, 'foo')]),
      },
      { a: 100, b: 33 },
    ],
    [
      'few domains',
      { nodes: keyed, there: spreadAs({ a: 2, b: 2, c: 1 }), pod: spread([constraint('node', 'foo', { maxSkew: 2 })]) },
      { a: 75, b: 75, c: 100 },
    ],
    [
      'pods on nodes that the pod does not want',
      {
        nodes: keyed,
        there: spreadAs({ a: 2, b: 1, c: 1 }),
        pod: spread([constraint('node', 'foo')], foo, { nodeSelector: { foo: '' } }),
      },
      { a: 0, b: 33, c: 100 },
    ],
    [
      'and when these count',
      {
        nodes: keyed,
        there: spreadAs({ a: 2, b: 1, c: 1 }),
        pod: spread([constraint('node', 'foo', affinityIgnored)], foo, { nodeSelector: { foo: '' } }),
      },
      { a: 66, b: 100, c: 100 },
    ],
    [
      'pods on nodes with taints',
      {
        nodes: tainted,
        there: spreadAs({ a: 2, b: 1, c: 1 }),
        pod: spread([constraint('node', 'foo', { nodeTaintsPolicy: 'Honor' })]),
      },
      { a: 0, b: 33, c: 100 },
    ],
    [
      'and when these count, too',
      { nodes: tainted, there: spreadAs({ a: 2, b: 1, c: 1 }), pod: spread([constraint('node', 'foo')]) },
      { a: 66, b: 100, c: 100 },
    ],
  ])('%s', (_name, given, expected) => {
    expect(scores(cluster.client, 'PodTopologySpread', given)).toEqual(expected);
  });

  test('pods of a service are spread without saying so', async () => {
    const services = cluster.client.of(Services);
    await services.create({
      metadata: { name: 's', namespace: 'default' },
      spec: { selector: { foo: '' }, ports: [{ port: 1 }] },
    } as unknown as Service);
    const informers = new InformerFactory(cluster.client);
    const stop = new AbortController();
    const given = { nodes: four, there: spreadAs({ a: 4, b: 3, c: 2, d: 1 }), pod: foo };
    const harness = new Harness(cluster.client, { plugins: [{ name: 'PodTopologySpread', weight: 1 }] }, informers);
    informers.start(stop.signal);
    await informers.synced();
    for (const name of Object.keys(given.nodes)) harness.state.setNode(makeNode(name));
    for (const [index, [node, shape]] of given.there.entries()) harness.place(makePod(`there-${index}`, shape), node);
    expect(harness.judge(makePod('pod', given.pod))).toEqual({ a: 44, b: 66, c: 77, d: 100 });
    stop.abort();
    await services.delete('s', { namespace: 'default' });
  });

  test('so are pods of a replica set, but not those of another kind of owner that is called alike', async () => {
    const metadata = { name: 'web', namespace: 'default' };
    const containers = [{ name: 'c', image: 'x' }];
    await cluster.client.of(ReplicaSets).create({
      metadata,
      spec: {
        selector: { matchLabels: foo.labels },
        template: { metadata: { labels: foo.labels }, spec: { containers } },
      },
    } as unknown as ReplicaSet);
    const informers = new InformerFactory(cluster.client);
    const stop = new AbortController();
    const harness = new Harness(cluster.client, { plugins: [{ name: 'PodTopologySpread', weight: 1 }] }, informers);
    informers.start(stop.signal);
    await informers.synced();
    for (const name of Object.keys(four)) harness.state.setNode(makeNode(name));
    const there = spreadAs({ a: 4, b: 3, c: 2, d: 1 });
    for (const [index, [node, shape]] of there.entries()) harness.place(makePod(`there-${index}`, shape), node);
    const ofOwner = (apiVersion: string) => {
      const pod = makePod('pod', foo);
      const ownerReferences = [{ apiVersion, kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true }];
      return harness.judge({ ...pod, metadata: { ...pod.metadata, ownerReferences } });
    };
    expect(ofOwner('apps/v1')).toEqual({ a: 44, b: 66, c: 77, d: 100 });
    expect(ofOwner('example.com/v1')).toEqual({ a: 0, b: 0, c: 0, d: 0 });
    stop.abort();
    await cluster.client.of(ReplicaSets).delete('web', { namespace: 'default' });
  });
});
