import { expect, test } from 'vitest';
import { readSimulationConfiguration } from './configuration.ts';

const HEAD = 'apiVersion: simulation.knarr.dev/v1alpha1\nkind: SimulationConfiguration\n';

test('a file says which nodes there are and how pods live', () => {
  const text = `${HEAD}
nodes:
- count: 2
  namePrefix: gpu-
  cpu: "8"
  resources: {example.com/gpu: "4"}
  taints: [{key: gpu, effect: NoSchedule}]
  zones: [a, b]
stages:
- name: crash
  when: {phase: Ready, labels: {app: flaky}}
  delay: 1m30s
  jitter: 10s
  probability: 0.25
  next: Restarted
  exitCode: 137
  reason: OOMKilled
usages:
- when: {labels: {app: busy}}
  cpu: 80%
  memory: 1Gi
`;
  expect(readSimulationConfiguration(text)).toEqual({
    nodes: [
      {
        count: 2,
        namePrefix: 'gpu-',
        cpu: '8',
        resources: { 'example.com/gpu': '4' },
        taints: [{ key: 'gpu', effect: 'NoSchedule' }],
        zones: ['a', 'b'],
      },
    ],
    stages: [
      {
        name: 'crash',
        when: { phase: 'Ready', labels: { app: 'flaky' } },
        delayMs: 90_000,
        jitterMs: 10_000,
        probability: 0.25,
        next: 'Restarted',
        exitCode: 137,
        reason: 'OOMKilled',
      },
    ],
    usages: [{ when: { labels: { app: 'busy' } }, cpu: '80%', memory: '1Gi' }],
  });
});

test('amounts may be numbers', () => {
  const { nodes } = readSimulationConfiguration(`${HEAD}nodes: [{count: 1, cpu: 4, resources: {example.com/gpu: 2}}]`);
  expect(nodes).toEqual([{ count: 1, cpu: '4', resources: { 'example.com/gpu': '2' } }]);
});

test.each([
  ['nodes: [{count: 0}]', 'nodes[0].count: Invalid value: 0: must be greater than zero'],
  ['nodes: [{count: 1, cpu: lots}]', 'nodes[0].cpu: quantities must match'],
  [
    'stages: [{name: r, when: {phase: Ready}, next: Failed}, {name: s, when: {phase: Ready}, next: Failed, delay: 5}]',
    'stages[1].delay: json: cannot unmarshal number',
  ],
  [
    'stages: [{name: s, when: {phase: Running}, next: Restarted}]',
    'stages[0].delay: Required value: containers would be started anew without end (stage "s")',
  ],
  [
    'stages: [{name: s, when: {phase: Running}, next: Restarted, delay: 0s}]',
    'stages[0].delay: Required value: containers would be started anew without end (stage "s")',
  ],
  [
    'stages: [{name: r, when: {phase: Running, labels: {a: b}}, next: Ready}, {name: s, when: {phase: Ready}, next: Restarted}]',
    'stages[1].delay: Required value: pods would become ready and unready without end (stage "s")',
  ],
  ['stages: [s]', 'stages[0]: json: cannot unmarshal string'],
  ['nodes: [{count: 1, size: big}]', 'unknown field "nodes[0].size"'],
  ['stages: [{when: {phase: Ready}, next: Failed}]', 'stages[0].name: Required value'],
  ['stages: [{name: s, next: Failed}]', 'stages[0].when.phase: Required value'],
  ['stages: [{name: s, when: {phase: Away}, next: Failed}]', 'stages[0].when.phase: Unsupported value: "Away"'],
  ['stages: [{name: s, when: {phase: Ready}, next: Gone}]', 'stages[0].next: Unsupported value: "Gone"'],
  [
    'stages: [{name: s, when: {phase: Ready}, next: Failed, probability: 2}]',
    'stages[0].probability: Invalid value: 2',
  ],
  ['stages: [{name: s, when: {phase: Ready}, next: Failed, delay: soon}]', 'stages[0].delay: Invalid value: "soon"'],
  [
    'stages: [{name: s, when: {phase: Ready, restartPolicies: [never]}, next: Failed}]',
    'stages[0].when.restartPolicies[0]: Unsupported value: "never": supported values: "Always", "OnFailure", "Never" (stage "s")',
  ],
  [
    'stages: [{name: s, when: {phase: Ready}, next: Failed, jitter: -5s}]',
    'stages[0].jitter: Invalid value: "-5s": must be greater than or equal to 0 (stage "s")',
  ],
  [
    'stages: [{name: s, when: {phase: Ready}, next: Failed, exitCode: 300}]',
    'stages[0].exitCode: Invalid value: 300: must be between 0 and 255, inclusive (stage "s")',
  ],
  [
    'stages: [{name: s, when: {phase: Ready, labels: {a b: c}}, next: Failed}]',
    'stages[0].when.labels: Invalid value: "a b"',
  ],
  ['nodes: [{count: 1, namePrefix: GPU_}]', 'nodes[0].namePrefix: Invalid value: "GPU_"'],
  ['nodes: [{count: 1, cpu: "-1"}]', 'nodes[0].cpu: Invalid value: "-1": must be greater than or equal to 0'],
  ['nodes: [{count: 1, labels: {a: b c}}]', 'nodes[0].labels: Invalid value: "b c"'],
  ['nodes: [{count: 1, zones: [a, b c]}]', 'nodes[0].zones[1]: Invalid value: "b c"'],
  ['nodes: [{count: 1, taints: [{key: k, effect: Never}]}]', 'nodes[0].taints[0].effect: Unsupported value: "Never"'],
  ['usages: [{cpu: much}]', 'usages[0].cpu: Invalid value: "much": must be a quantity or a percentage'],
])('%s is refused', (text, message) => {
  expect(() => readSimulationConfiguration(HEAD + text)).toThrow(message);
});
