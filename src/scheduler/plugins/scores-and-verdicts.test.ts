import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '#testing/cluster.ts';
import { Harness, makeNode, makePod } from '../testing/harness.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const ZONE = 'topology.kubernetes.io/zone';
const only = (name: string, args?: unknown) =>
  new Harness(cluster.client, { plugins: [{ name, weight: 1 }], args: { [name]: args } });

describe('NodeResourcesFit', () => {
  const shape = [
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ];
  const resources = [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 1 },
  ];
  test.each([
    ['LeastAllocated', {}, { a: 37, b: 50 }],
    ['MostAllocated', {}, { a: 62, b: 50 }],
    ['RequestedToCapacityRatio', { requestedToCapacityRatio: { shape } }, { a: 38, b: 50 }],
  ])('%s scores what would be requested', (type, more, expected) => {
    const harness = only('NodeResourcesFit', { scoringStrategy: { type, resources, ...more } });
    harness.state.setNode(makeNode('a', { allocatable: { cpu: '4', memory: '10000', pods: '9' } }));
    harness.state.setNode(makeNode('b', { allocatable: { cpu: '6', memory: '10000', pods: '9' } }));
    expect(harness.judge(makePod('p', { requests: { cpu: '3', memory: '5000' } }))).toEqual(expected);
  });

  test('says of each node everything that is short, pods and extended resources as well', () => {
    const harness = only('NodeResourcesFit');
    harness.state.setNode(makeNode('a', { allocatable: { cpu: '1', memory: '100', pods: '1' } }));
    harness.state.setNode(
      makeNode('b', { allocatable: { cpu: '8', memory: '9000', pods: '9', 'example.com/gpu': '1' } }),
    );
    harness.place(makePod('there', { requests: { cpu: '500m' } }), 'a');
    const requests = { cpu: '600m', memory: '1000', 'example.com/gpu': '2' };
    expect(harness.judge(makePod('p', { requests }))).toBe(
      '0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 Too many pods, 2 Insufficient example.com/gpu.',
    );
  });

  test('counts overhead, restartable init containers and the peak of the others', () => {
    const harness = only('NodeResourcesFit');
    harness.state.setNode(makeNode('a', { allocatable: { cpu: '2100m', memory: '1Gi', pods: '9' } }));
    const container = (name: string, cpu: string, more = {}) => ({
      name,
      image: 'x',
      resources: { requests: { cpu } },
      ...more,
    });
    const pod = (overhead: string) =>
      makePod('p', {
        spec: {
          overhead: { cpu: overhead },
          initContainers: [container('side', '500m', { restartPolicy: 'Always' }), container('init', '1500m')],
          containers: [container('main', '1')],
        },
      });
    expect(harness.judge(pod('100m'))).toEqual({ a: expect.any(Number) });
    expect(harness.judge(pod('101m'))).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  test('prefers nodes that are used evenly, and is silent about pods that ask for nothing', () => {
    const harness = only('NodeResourcesBalancedAllocation');
    harness.state.setNode(makeNode('a', { allocatable: { cpu: '4', memory: '10000' } }));
    harness.state.setNode(makeNode('b', { allocatable: { cpu: '6', memory: '10000' } }));
    expect(harness.judge(makePod('p', { requests: { cpu: '3', memory: '5000' } }))).toEqual({ a: 68, b: 75 });
    expect(harness.judge(makePod('q'))).toEqual({ a: 0, b: 0 });
  });
});

describe('NodeAffinity', () => {
  const required = (values: string[]) => ({
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values }] }],
    },
  });
  test('keeps what the profile adds, what the pod requires and whom it names', () => {
    const harness = only('NodeAffinity', { addedAffinity: required(['ssd']) });
    harness.state.setNode(makeNode('a', { labels: { disk: 'ssd' } }));
    harness.state.setNode(makeNode('b', { labels: { disk: 'hdd' } }));
    expect(harness.judge(makePod('p'))).toEqual({ a: 0 });
    expect(harness.judge(makePod('p', { spec: { affinity: { nodeAffinity: required(['hdd']) } } }))).toBe(
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match scheduler-enforced node affinity.",
    );
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['b'] }];
    const named = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
    expect(harness.judge(makePod('p', { spec: { affinity: { nodeAffinity: named } } }))).toBe(
      "0/2 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });
});

describe('InterPodAffinity', () => {
  const term = (app: string, topologyKey = ZONE) => ({ labelSelector: { matchLabels: { app } }, topologyKey });
  const near = (...terms: object[]) => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const apart = (...terms: object[]) => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const threeZones = () => {
    const harness = only('InterPodAffinity');
    for (const name of ['a', 'b', 'c']) harness.state.setNode(makeNode(name, { labels: { [ZONE]: name } }));
    harness.state.setNode(makeNode('nowhere'));
    return harness;
  };

  test('pods go near to others, and the first of a kind goes anywhere', () => {
    const harness = threeZones();
    harness.place(makePod('db', { labels: { app: 'db' } }), 'b');
    expect(harness.judge(makePod('p', { spec: near(term('db')) }))).toEqual({ b: 0 });
    expect(harness.judge(makePod('p', { spec: near(term('web')) }))).toBe(
      "0/4 nodes are available: 4 node(s) didn't match pod affinity rules.",
    );
    const own = makePod('p', { labels: { app: 'web' }, spec: near(term('web')) });
    expect(harness.judge(own)).toEqual({ a: 0, b: 0, c: 0 });
  });

  test('pods stay apart from others, and others from them', () => {
    const harness = threeZones();
    harness.place(makePod('db', { labels: { app: 'db' } }), 'b');
    harness.place(makePod('lonely', { labels: { app: 'x' }, spec: apart(term('web')) }), 'c');
    harness.state.removeNode('nowhere');
    harness.state.removeNode('a');
    expect(harness.judge(makePod('p', { labels: { app: 'web' }, spec: apart(term('db')) }))).toBe(
      "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) didn't satisfy existing pods anti-affinity rules.",
    );
  });

  test('preferences of both sides are added and spread over 0 to 100', () => {
    const harness = threeZones();
    const weighted = (weight: number, app: string) => [{ weight, podAffinityTerm: term(app) }];
    const preferring = (weight: number, app: string) => ({
      affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: weighted(weight, app) } },
    });
    harness.place(makePod('db', { labels: { app: 'db' } }), 'a');
    harness.place(makePod('fan', { spec: preferring(5, 'web') }), 'b');
    harness.place(makePod('tied', { spec: near(term('web')) }), 'c');
    const pod = makePod('p', { labels: { app: 'web' }, spec: preferring(10, 'db') });
    expect(harness.judge(pod)).toEqual({ a: 100, b: 50, c: 10, nowhere: 0 });
  });
});

describe('PodTopologySpread', () => {
  const constraint = (more = {}) => ({
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
    ...more,
  });
  const pod = (...topologySpreadConstraints: object[]) =>
    makePod('p', { labels: { app: 'web' }, spec: { topologySpreadConstraints } });
  const zones = () => {
    const harness = only('PodTopologySpread');
    for (const [name, zone] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ] as const) {
      harness.state.setNode(makeNode(name, { labels: { [ZONE]: zone } }));
    }
    return harness;
  };

  test('keeps the skew, counts domains and says which nodes are outside', () => {
    const harness = zones();
    harness.place(makePod('one', { labels: { app: 'web' } }), 'a');
    expect(harness.judge(pod(constraint()))).toEqual({ c: 0 });
    harness.place(makePod('two', { labels: { app: 'web' } }), 'c');
    expect(harness.judge(pod(constraint()))).toEqual({ a: 0, b: 0, c: 0 });
    harness.state.setNode(makeNode('d'));
    expect(harness.judge(pod(constraint({ minDomains: 3 })))).toBe(
      "0/4 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 3 node(s) didn't match pod topology spread constraints.",
    );
  });

  test('prefers domains with few pods', () => {
    const harness = zones();
    for (const name of ['one', 'two']) harness.place(makePod(name, { labels: { app: 'web' } }), 'a');
    harness.place(makePod('three', { labels: { app: 'web' } }), 'c');
    // Zone x has 2 pods, y has 1; two domains weigh ln 4: 2.77 and 1.39, rounded 3 and 1.
    expect(harness.judge(pod(constraint({ whenUnsatisfiable: 'ScheduleAnyway' })))).toEqual({ a: 33, b: 33, c: 100 });
  });

  test('terminating pods and those of other namespaces do not count', () => {
    const harness = zones();
    const leaving = makePod('one', { labels: { app: 'web' } });
    harness.place({ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'a');
    harness.place(makePod('two', { labels: { app: 'web' }, namespace: 'other' }), 'a');
    expect(harness.judge(pod(constraint()))).toEqual({ a: 0, b: 0, c: 0 });
  });
});

describe('NodeDeclaredFeatures', () => {
  const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }];
  const container = { name: 'c', image: 'x' };
  test.each([
    [
      'restarts all containers',
      { containers: [container], initContainers: [{ ...container, restartPolicyRules: rules }] },
      { b: 0 },
    ],
    [
      'maps users in the network of its node',
      { containers: [container], hostNetwork: true, hostUsers: false },
      { c: 0 },
    ],
    [
      'does both',
      { containers: [{ ...container, restartPolicyRules: rules }], hostNetwork: true, hostUsers: false },
      "0/3 nodes are available: 3 node(s) didn't match Pod's required features.",
    ],
    ['needs nothing', { containers: [container] }, { a: 0, b: 0, c: 0 }],
  ])('a pod goes where what it needs is declared: one that %s', (_what, spec, expected) => {
    const harness = only('NodeDeclaredFeatures');
    const declare = (name: string, ...declaredFeatures: string[]) => {
      const node = makeNode(name);
      harness.state.setNode({ ...node, status: { ...node.status, declaredFeatures } } as typeof node);
    };
    declare('a');
    declare('b', 'RestartAllContainersOnContainerExits');
    declare('c', 'UserNamespacesHostNetworkSupport');
    expect(harness.judge(makePod('p', { spec }))).toEqual(expected);
  });
});
