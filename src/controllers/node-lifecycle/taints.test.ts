import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import { planTaints } from './taints.ts';

const now = '2026-01-01T00:00:00Z';
const taint = (key: string, effect: string) => ({ key: `node.kubernetes.io/${key}`, effect, timeAdded: now });
const own = { key: 'dedicated', value: 'gpu', effect: 'NoExecute' };

const cases: readonly {
  readonly name: string;
  readonly conditions: Readonly<Record<string, string>>;
  readonly spec?: Node['spec'];
  readonly evicting?: boolean;
  readonly want: unknown;
}[] = [
  { name: 'a ready node has none', conditions: { Ready: 'True' }, want: undefined },
  {
    name: 'a node that is not ready keeps pods away and sends them away',
    conditions: { Ready: 'False' },
    want: [taint('not-ready', 'NoSchedule'), taint('not-ready', 'NoExecute')],
  },
  {
    name: 'nothing is sent away while every node is in trouble',
    conditions: { Ready: 'Unknown' },
    evicting: false,
    want: [taint('unreachable', 'NoSchedule')],
  },
  {
    name: 'pressure keeps pods away',
    conditions: { Ready: 'True', MemoryPressure: 'True', DiskPressure: 'False', PIDPressure: 'True' },
    want: [taint('memory-pressure', 'NoSchedule'), taint('pid-pressure', 'NoSchedule')],
  },
  {
    name: 'a cordoned node is tainted',
    conditions: { Ready: 'True' },
    spec: { unschedulable: true },
    want: [taint('unschedulable', 'NoSchedule')],
  },
  {
    name: 'taints go with their condition and others stay',
    conditions: { Ready: 'True' },
    spec: { taints: [own, taint('not-ready', 'NoSchedule'), taint('unreachable', 'NoExecute')] },
    want: [own],
  },
  {
    name: 'a node that became unreachable changes its taints',
    conditions: { Ready: 'Unknown' },
    spec: { taints: [taint('not-ready', 'NoExecute'), taint('unreachable', 'NoSchedule')] },
    want: [taint('unreachable', 'NoSchedule'), taint('unreachable', 'NoExecute')],
  },
];

test.each(cases)('$name', ({ conditions, spec = {}, evicting = true, want }) => {
  const status = { conditions: Object.entries(conditions).map(([type, value]) => ({ type, status: value })) };
  expect(planTaints({ spec, status }, { evicting, now })).toEqual(want);
});
