import { expect, test } from 'vitest';
import type { Endpoint, EndpointSlice } from '#api/discovery/v1/endpoint-slice.ts';
import { planSlices } from './slice-plan.ts';

const port = { name: 'http', port: 80, protocol: 'TCP' };
const endpoint = (n: number, ready = true): Endpoint => ({
  addresses: [`10.0.0.${n}`],
  conditions: { ready },
  targetRef: { kind: 'Pod', uid: `uid-${n}` },
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => endpoint(from + i));
const slice = (name: string, endpoints: readonly Endpoint[], ports = [port]): EndpointSlice => ({
  metadata: { name },
  addressType: 'IPv4',
  endpoints,
  ports,
});
const current = () => false;
const shape = (plan: ReturnType<typeof planSlices>) => ({
  create: plan.create.map(({ ports, endpoints }) => [ports.length, endpoints.length]),
  update: plan.update.map(({ slice: { metadata }, endpoints }) => [metadata?.name, endpoints.length]),
  remove: plan.remove.map(({ metadata }) => metadata?.name),
});

test.each([
  ['a service without endpoints has one empty slice', [], [], { create: [[0, 0]], update: [], remove: [] }],
  ['an empty slice stays', [], [slice('a', [], [])], { create: [], update: [], remove: [] }],
  [
    'the last endpoints go with their slice',
    [],
    [slice('a', range(0, 2))],
    { create: [[0, 0]], update: [], remove: ['a'] },
  ],
  [
    '250 endpoints need three slices',
    range(0, 250),
    [],
    {
      create: [
        [1, 100],
        [1, 100],
        [1, 50],
      ],
      update: [],
      remove: [],
    },
  ],
  ['nothing to do', range(0, 3), [slice('a', range(0, 3))], { create: [], update: [], remove: [] }],
  [
    'a new endpoint goes where there is room',
    range(0, 3),
    [slice('a', range(0, 2))],
    { create: [], update: [['a', 3]], remove: [] },
  ],
  [
    'a new endpoint goes to a slice that changes anyway',
    [...range(1, 3), endpoint(9), ...range(3, 5)],
    [slice('a', range(0, 3)), slice('b', range(3, 5))],
    { create: [], update: [['a', 3]], remove: [] },
  ],
  [
    'a full slice is not touched',
    range(0, 101),
    [slice('a', range(0, 100))],
    { create: [[1, 1]], update: [], remove: [] },
  ],
  [
    'a slice without endpoints left goes',
    range(0, 2),
    [slice('a', range(0, 2)), slice('b', range(5, 6))],
    { create: [], update: [], remove: ['b'] },
  ],
] as const)('%s', (_, endpoints, existing, want) => {
  const groups = endpoints.length > 0 ? [{ ports: [port], endpoints }] : [];
  expect(shape(planSlices(groups, existing, current))).toEqual(want);
});

test('an endpoint that changes is changed in its place', () => {
  const plan = planSlices(
    [{ ports: [port], endpoints: [endpoint(1, false), endpoint(0)] }],
    [slice('a', range(0, 2))],
    current,
  );
  expect(plan.update.map(({ endpoints }) => endpoints)).toEqual([[endpoint(0), endpoint(1, false)]]);
});
