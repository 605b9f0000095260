import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { Cluster } from '#testing/cluster.ts';
import { Harness, makeNode, makePod, type Outcome } from '../testing/harness.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const ZONE = 'topology.kubernetes.io/zone';
const color = fc.constantFrom('red', 'blue');
const key = fc.constantFrom(ZONE, 'kubernetes.io/hostname');
const term = fc
  .tuple(color, key)
  .map(([value, topologyKey]) => ({ labelSelector: { matchLabels: { color: value } }, topologyKey }));
const weighted = fc.tuple(fc.integer({ min: 1, max: 100 }), term).map(([weight, podAffinityTerm]) => ({
  weight,
  podAffinityTerm,
}));
const terms = fc.record({
  required: fc.option(term, { nil: undefined }),
  preferred: fc.option(weighted, { nil: undefined }),
});
const side = ({ required, preferred }: { required?: unknown; preferred?: unknown }) => ({
  ...(required ? { requiredDuringSchedulingIgnoredDuringExecution: [required] } : {}),
  ...(preferred ? { preferredDuringSchedulingIgnoredDuringExecution: [preferred] } : {}),
});
const constraint = fc
  .record({
    maxSkew: fc.integer({ min: 1, max: 3 }),
    topologyKey: key,
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
    minDomains: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    nodeTaintsPolicy: fc.constantFrom('Honor', 'Ignore'),
    value: color,
  })
  .map(({ value, minDomains, ...rest }) => ({
    ...rest,
    ...(minDomains && rest.whenUnsatisfiable === 'DoNotSchedule' ? { minDomains } : {}),
    labelSelector: { matchLabels: { color: value } },
  }));

/** Few shapes of pods, so that several are of one class. */
const shape = fc.record({
  color,
  cpu: fc.constantFrom(undefined, '500m', '1'),
  affinity: fc.option(terms, { nil: undefined }),
  antiAffinity: fc.option(terms, { nil: undefined }),
  constraints: fc.array(constraint, { maxLength: 2 }),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

const podOf = (name: string, { color: value, cpu, affinity, antiAffinity, constraints }: Shape): Pod =>
  makePod(name, {
    labels: { color: value },
    ...(cpu ? { requests: { cpu } } : {}),
    spec: {
      affinity: {
        ...(affinity ? { podAffinity: side(affinity) } : {}),
        ...(antiAffinity ? { podAntiAffinity: side(antiAffinity) } : {}),
      },
      topologySpreadConstraints: constraints,
    },
  });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('place' as const), which: fc.nat(3), node: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('remove' as const), which: fc.nat(), node: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('node' as const), which: fc.nat(3), node: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('drop' as const), which: fc.nat(), node: fc.nat(4) }) },
);

const siteOf = (index: number, which: number): Node =>
  makeNode(`n${index}`, {
    ...(which < 3 ? { labels: { [ZONE]: `z${which % 2}` } } : {}),
    ...(which === 2 ? { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } : {}),
  });

/** What the chosen node scores, or the highest score there is. */
function scoreOf(chosen: string | undefined, outcome: Outcome): number | string {
  if (typeof outcome === 'string') return chosen ?? outcome;
  return chosen === undefined ? Math.max(...Object.values(outcome)) : (outcome[chosen] ?? chosen);
}

test('counts kept current and results shared between equal pods equal those worked out anew', () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 4, maxLength: 4 }), fc.array(step, { maxLength: 25 }), (shapes, steps) => {
      const kept = new Harness(cluster.client);
      const nodes = new Map<string, Node>();
      const pods = new Map<string, { pod: Pod; nodeName: string }>();
      for (const [number, { does, which, node }] of steps.entries()) {
        const nodeName = `n${node}`;
        if (does === 'node') {
          nodes.set(nodeName, siteOf(node, which));
          kept.state.setNode(siteOf(node, which));
        } else if (does === 'drop') {
          nodes.delete(nodeName);
          kept.state.removeNode(nodeName);
        } else if (does === 'place') {
          const pod = podOf(`p${number}`, shapes[which] as Shape);
          pods.set(`p${number}`, { pod, nodeName });
          kept.place(pod, nodeName);
        } else {
          const [name] = [...pods.keys()].slice(which % Math.max(1, pods.size));
          if (name === undefined) continue;
          pods.delete(name);
          kept.state.removePod(`uid-of-${name}`);
        }
        const anew = new Harness(cluster.client);
        for (const each of nodes.values()) anew.state.setNode(each);
        for (const { pod, nodeName: at } of pods.values()) anew.place(pod, at);
        for (const each of shapes) {
          const pod = podOf('asked', each);
          const expected = anew.judge(pod);
          expect(kept.judge(pod)).toEqual(expected);
          expect(scoreOf(kept.choose(pod), expected)).toEqual(scoreOf(undefined, expected));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('what is tried tentatively leaves no trace', () => {
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: 4, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 8 }),
      (shapes, placed) => {
        const { client } = cluster;
        const harness = new Harness(client);
        for (let index = 0; index < 3; index++) harness.state.setNode(siteOf(index, index));
        const infos = placed.map((which, index) =>
          harness.place(podOf(`p${index}`, shapes[which] as Shape), `n${index % 3}`),
        );
        const before = shapes.map((each) => harness.judge(podOf('asked', each)));
        const node = harness.state.get('n0');
        if (node === undefined) throw new Error('no node');
        harness.state.tentatively(node, (trial) => {
          for (const info of infos) trial.remove(info);
          trial.add(harness.state.describe(podOf('new', shapes[0] as Shape)));
        });
        expect(shapes.map((each) => harness.judge(podOf('asked', each)))).toEqual(before);
      },
    ),
    { numRuns: 50 },
  );
});

test('a pod is not taken for one of its class that has a node', () => {
  const harness = new Harness(cluster.client);
  for (const name of ['a', 'b']) harness.state.setNode(makeNode(name));
  harness.place(makePod('placed', { spec: { nodeName: 'a' } }), 'a');
  expect(Object.keys(harness.judge(makePod('next')))).toEqual(['a', 'b']);
});
