import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '#testing/cluster.ts';
import { Harness, makeNode, makePod, type NodeShape, type PodShape } from '../testing/harness.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const container = (more: object = {}) => ({ name: 'c', image: 'x', ...more });
const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' };
const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
const named = (...names: string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: names.map((name) => ({ key: 'metadata.name', operator: 'In', values: [name] })) },
        ],
      },
    },
  },
});
const web = { labels: { app: 'web' } };
const spread = (topologyKey: string) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } },
  ],
});
const port = { spec: { containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] } };

test.each<[reason: string, nodes: readonly NodeShape[], there: PodShape | undefined, asked: PodShape]>([
  ['2 node(s) were unschedulable', [{ unschedulable: true }, { unschedulable: true }], undefined, {}],
  ["1 node(s) didn't match the requested node name", [{}], undefined, { spec: { nodeName: 'elsewhere' } }],
  ['1 node(s) had untolerated taint(s)', [{ taints: [{ key: 'k', effect: 'NoSchedule' }] }], undefined, {}],
  ["1 node(s) didn't match Pod's node affinity/selector", [{}], undefined, { spec: { nodeSelector: { disk: 'ssd' } } }],
  ["2 node(s) didn't satisfy plugin(s) [NodeAffinity]", [{}, {}], undefined, { spec: named('gone') }],
  ['pod affinity terms conflict', [{}], undefined, { spec: named('n0', 'n1') }],
  ["1 node(s) didn't have free ports for the requested pod ports", [{}], port, port],
  ['1 Insufficient cpu, 1 Insufficient memory', [{}], undefined, { requests: { cpu: '9', memory: '9Gi' } }],
  ['1 Too many pods', [{ allocatable: { cpu: '1', memory: '1Gi', pods: '0' } }], undefined, {}],
  ["1 node(s) didn't match pod affinity rules", [{}], undefined, { spec: { affinity: { podAffinity: required } } }],
  ["1 node(s) didn't match pod anti-affinity rules", [{}], web, { spec: { affinity: { podAntiAffinity: required } } }],
  [
    "1 node(s) didn't satisfy existing pods anti-affinity rules",
    [{}],
    { spec: { affinity: { podAntiAffinity: required } } },
    web,
  ],
  [
    "1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint(s)",
    [{}, { taints: [{ key: 'k', effect: 'NoSchedule' }] }],
    web,
    { ...web, spec: spread('kubernetes.io/hostname') },
  ],
  [
    "1 node(s) didn't match pod topology spread constraints (missing required label)",
    [{}],
    undefined,
    { ...web, spec: spread('zone') },
  ],
])('people are told: %s', (reason, nodes, there, asked) => {
  const harness = new Harness(cluster.client);
  for (const [index, shape] of nodes.entries()) harness.state.setNode(makeNode(`n${index}`, shape));
  if (there) harness.place(makePod('there', there), 'n0');
  expect(harness.judge(makePod('asked', asked))).toBe(`0/${nodes.length} nodes are available: ${reason}.`);
});
