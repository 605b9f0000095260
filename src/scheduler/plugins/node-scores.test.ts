// What plugins that look at nodes by themselves make of them: inputs and scores as upstream's plugins have them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '#testing/cluster.ts';
import type { NodeShape, PodShape } from '../testing/harness.ts';
import { type Case, type Scores, scores, type There } from '../testing/score-case.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const sized = (cpu: string, memory: string, more: Record<string, string> = {}): NodeShape => ({
  allocatable: { cpu, memory, pods: '100', ...more },
});
const asking = (cpu: string, memory: string, more: Record<string, string> = {}): PodShape => ({
  requests: { cpu, memory, ...more },
});
const strategy = (type: string, resources: readonly [string, number][], more: object = {}) => ({
  scoringStrategy: { type, resources: resources.map(([name, weight]) => ({ name, weight })), ...more },
});
const BOTH: readonly [string, number][] = [
  ['cpu', 1],
  ['memory', 1],
];
const GPU = 'example.com/gpu';

describe('NodeResourcesFit', () => {
  const twice = { a: sized('10', '20000'), b: sized('10', '20000') };
  const busy: There = [
    ['a', asking('3', '0')],
    ['b', asking('3', '5000')],
  ];
  const shape = [
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ];
  const packing = [
    { utilization: 0, score: 0 },
    { utilization: 50, score: 5 },
    { utilization: 100, score: 10 },
  ];
  const ratio = (points: object[]) => ({ requestedToCapacityRatio: { shape: points } });
  test.each<[string, object, Case, Scores]>([
    [
      'nodes of different size',
      strategy('LeastAllocated', BOTH),
      { nodes: { a: sized('4', '10000'), b: sized('6', '10000') }, pod: asking('3', '5000') },
      { a: 37, b: 50 },
    ],
    [
      'pods that are there',
      strategy('LeastAllocated', BOTH),
      { nodes: twice, there: busy, pod: asking('3', '5000') },
      { a: 57, b: 45 },
    ],
    [
      'and nodes of different size',
      strategy('LeastAllocated', BOTH),
      { nodes: { a: sized('10', '20000'), b: sized('10', '50000') }, there: busy, pod: asking('3', '5000') },
      { a: 57, b: 60 },
    ],
    [
      'memory counts twice',
      strategy('LeastAllocated', [
        ['memory', 2],
        ['cpu', 1],
      ]),
      { nodes: { a: sized('4', '10000'), b: sized('6', '10000') }, pod: asking('3', '5000') },
      { a: 41, b: 50 },
    ],
    [
      'an extended resource that the pod does not ask for',
      strategy('LeastAllocated', [...BOTH, [GPU, 1]]),
      { nodes: { a: sized('6', '10000'), b: sized('6', '10000', { [GPU]: '4' }) }, pod: asking('3', '5000') },
      { a: 50, b: 50 },
    ],
    [
      'one that it asks for',
      strategy('LeastAllocated', [...BOTH, [GPU, 1]]),
      {
        nodes: { a: sized('6', '10000', { [GPU]: '4' }), b: sized('6', '10000', { [GPU]: '10' }) },
        pod: asking('3', '5000', { [GPU]: '2' }),
      },
      { a: 50, b: 60 },
    ],
    [
      'the most used first',
      strategy('MostAllocated', BOTH),
      { nodes: { a: sized('4', '10000'), b: sized('6', '10000') }, pod: asking('3', '5000') },
      { a: 62, b: 50 },
    ],
    [
      'with pods that are there',
      strategy('MostAllocated', BOTH),
      { nodes: twice, there: busy, pod: asking('3', '5000') },
      { a: 42, b: 55 },
    ],
    [
      'by a falling shape',
      strategy('RequestedToCapacityRatio', BOTH, ratio(shape)),
      { nodes: { a: sized('4', '10000'), b: sized('6', '10000') }, pod: asking('3', '5000') },
      { a: 38, b: 50 },
    ],
    [
      'by a rising shape',
      strategy('RequestedToCapacityRatio', [[GPU, 1]], ratio(packing)),
      {
        nodes: { a: sized('4', '10000', { [GPU]: '8' }), b: sized('4', '10000', { [GPU]: '4' }) },
        there: [['b', asking('0', '0', { [GPU]: '2' })]],
        pod: asking('0', '0', { [GPU]: '2' }),
      },
      { a: 25, b: 100 },
    ],
  ])('%s', (_name, args, given, expected) => {
    expect(scores(cluster.client, 'NodeResourcesFit', { ...given, args })).toEqual(expected);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const resources = (...names: string[]) => ({ resources: names.map((name) => ({ name, weight: 1 })) });
  test.each<[string, Case, Scores]>([
    [
      'nodes of different size',
      { nodes: { a: sized('4', '10000'), b: sized('6', '10000') }, pod: asking('3', '5000') },
      { a: 68, b: 75 },
    ],
    [
      'pods that are there',
      {
        nodes: { a: sized('10', '20000'), b: sized('10', '20000') },
        there: [
          ['a', asking('3', '0')],
          ['b', asking('3', '5000')],
        ],
        pod: asking('3', '5000'),
      },
      { a: 73, b: 74 },
    ],
    [
      'and nodes of different size',
      {
        nodes: { a: sized('10', '20000'), b: sized('10', '50000') },
        there: [
          ['a', asking('3', '0')],
          ['b', asking('3', '5000')],
        ],
        pod: asking('3', '5000'),
      },
      { a: 73, b: 70 },
    ],
    [
      'nodes that are full then',
      {
        nodes: { a: sized('6', '10000'), b: sized('6', '10000') },
        there: [
          ['a', asking('3', '0')],
          ['b', asking('3', '5000')],
        ],
        pod: asking('3', '0'),
      },
      { a: 62, b: 62 },
    ],
    [
      'the most and the least',
      {
        nodes: { a: sized('3', '5000'), b: sized('3', '5000') },
        there: [['a', asking('3', '0')]],
        pod: { requests: { memory: '5000' } },
      },
      { a: 100, b: 50 },
    ],
    [
      'three resources',
      {
        nodes: { a: sized('3500m', '40000', { [GPU]: '8' }), b: sized('3500m', '40000', { [GPU]: '8' }) },
        there: [
          ['b', asking('3', '5000')],
          ['a', asking('3', '5000', { [GPU]: '3' })],
        ],
        pod: { requests: { memory: '0', [GPU]: '1' } },
        args: resources('cpu', 'memory', GPU),
      },
      { a: 75, b: 76 },
    ],
    [
      'one that the pod does not ask for',
      {
        nodes: { a: sized('3500m', '40000', { [GPU]: '8' }), b: sized('3500m', '40000') },
        pod: asking('3', '5000'),
        args: resources('cpu', 'memory', GPU),
      },
      { a: 56, b: 56 },
    ],
    ['pods that ask for nothing', { nodes: { a: sized('4', '10000') }, pod: {} }, { a: 0 }],
  ])('%s', (_name, given, expected) => {
    expect(scores(cluster.client, 'NodeResourcesBalancedAllocation', given)).toEqual(expected);
  });
});

describe('ImageLocality', () => {
  const nodes = {
    a: { images: { 'example.com/40:latest': 40, 'example.com/300:latest': 300, 'example.com/2000:latest': 2000 } },
    b: { images: { 'example.com/250:latest': 250, 'example.com/10:latest': 10 } },
  };
  const using = (...images: string[]): PodShape => ({
    spec: { containers: images.map((image) => ({ name: image, image: `example.com/${image}` })) },
  });
  test.each<[string, Case, Scores]>([
    ['the larger image', { nodes, pod: using('40', '250') }, { a: 0, b: 5 }],
    ['two images on one node', { nodes, pod: using('40', '300') }, { a: 7, b: 0 }],
    ['no more than the limit', { nodes, pod: using('10', '2000') }, { a: 49, b: 0 }],
    [
      'the fewer nodes have it, the less',
      { nodes: { ...nodes, c: {} }, pod: using('10', '2000') },
      { a: 32, b: 0, c: 0 },
    ],
    // Volumes add to what is there, but not to the limit.
    [
      'the image of a volume',
      {
        nodes,
        pod: {
          spec: {
            ...using('40', '10').spec,
            volumes: [
              { name: 'v', image: { reference: 'example.com/300' } },
              { name: 'w', emptyDir: {} },
            ],
          },
        },
      },
      { a: 7, b: 0 },
    ],
  ])('%s', (_name, given, expected) => {
    // Limits grow with the number of containers: two of them.
    expect(scores(cluster.client, 'ImageLocality', given)).toEqual(expected);
  });
});

describe('TaintToleration', () => {
  const avoid = (...keys: string[]): NodeShape => ({
    taints: keys.map((key) => {
      const [name = '', value = ''] = key.split('=');
      return { key: name, value, effect: 'PreferNoSchedule' };
    }),
  });
  const tolerating = (effect: string, ...keys: string[]): PodShape => ({
    spec: {
      tolerations: keys.map((key) => {
        const [name = '', value = ''] = key.split('=');
        return { key: name, operator: 'Equal', value, effect };
      }),
    },
  });
  const prefer = 'PreferNoSchedule';
  test.each<[string, Case, Scores]>([
    [
      'taints that are tolerated',
      { nodes: { a: avoid('foo=bar'), b: avoid('foo=blah') }, pod: tolerating(prefer, 'foo=bar') },
      { a: 100, b: 0 },
    ],
    [
      'any number of them',
      {
        nodes: { a: avoid(), b: avoid('cpu=arm'), c: avoid('cpu=arm', 'disk=ssd') },
        pod: tolerating(prefer, 'cpu=arm', 'disk=ssd'),
      },
      { a: 100, b: 100, c: 100 },
    ],
    [
      'the more are not tolerated, the worse',
      {
        nodes: { a: avoid(), b: avoid('cpu=arm'), c: avoid('cpu=arm', 'disk=ssd') },
        pod: tolerating(prefer, 'foo=bar'),
      },
      { a: 100, b: 50, c: 0 },
    ],
    [
      'tolerations of another effect do not count',
      { nodes: { a: avoid(), c: avoid('cpu=arm', 'disk=ssd') }, pod: tolerating('NoSchedule', 'cpu=arm', 'disk=ssd') },
      { a: 100, c: 0 },
    ],
    ['no tolerations', { nodes: { a: avoid(), b: avoid('cpu=arm') }, pod: {} }, { a: 100, b: 0 }],
  ])('%s', (_name, given, expected) => {
    expect(scores(cluster.client, 'TaintToleration', given)).toEqual(expected);
  });
});

describe('NodeAffinity', () => {
  const nodes = {
    a: { labels: { foo: 'bar' } },
    b: { labels: { key: 'value' } },
    c: { labels: { foo: 'bar', key: 'value', az: 'az1' } },
  };
  const term = (weight: number, ...labels: [string, string][]) => ({
    weight,
    preference: { matchExpressions: labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })) },
  });
  const prefering = (...terms: object[]) => ({ preferredDuringSchedulingIgnoredDuringExecution: terms });
  const pod = (...terms: object[]): PodShape => ({ spec: { affinity: { nodeAffinity: prefering(...terms) } } });
  test.each<[string, Case, Scores]>([
    ['no preferences', { nodes, pod: {} }, { a: 0, b: 0, c: 0 }],
    ['one that nobody meets', { nodes, pod: pod(term(2, ['foo', 'other'])) }, { a: 0, b: 0, c: 0 }],
    ['one', { nodes, pod: pod(term(2, ['foo', 'bar'])) }, { a: 100, b: 0, c: 100 }],
    [
      'three',
      {
        nodes,
        pod: pod(
          term(2, ['foo', 'bar']),
          term(4, ['key', 'value']),
          term(5, ['foo', 'bar'], ['key', 'value'], ['az', 'az1']),
        ),
      },
      { a: 18, b: 36, c: 100 },
    ],
    [
      'those of the profile come on top',
      { nodes, pod: pod(term(3, ['foo', 'bar'])), args: { addedAffinity: prefering(term(1, ['key', 'value'])) } },
      { a: 75, b: 25, c: 100 },
    ],
  ])('%s', (_name, given, expected) => {
    expect(scores(cluster.client, 'NodeAffinity', given)).toEqual(expected);
  });
});
