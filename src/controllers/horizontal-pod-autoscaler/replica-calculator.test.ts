import { describe, expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { replicasByAverage, replicasByShare, replicasByUtilization, replicasByValue } from './replica-calculator.ts';

const now = Date.UTC(2026, 0, 1);
const tolerances = { up: 0.1, down: 0.1 };

interface Case {
  readonly name: string;
  /** What each pod is measured at in thousandths; undefined where it is not measured. */
  readonly usage: readonly (number | undefined)[];
  readonly pods?: Readonly<Record<number, Partial<Pod['status'] & object> & { readonly deleted?: boolean }>>;
  readonly target: number;
  readonly current?: number;
  readonly want: unknown;
}

const running = { phase: 'Running', startTime: formatTime(now - 3_600_000) };
const ready = (status: string, agoMs: number) => [
  { type: 'Ready', status, lastTransitionTime: formatTime(now - agoMs) },
];

function podsOf({ usage, pods = {} }: Case): Pod[] {
  return usage.map((_, index) => {
    const { deleted, ...status } = pods[index] ?? {};
    const metadata = { name: `pod-${index}`, ...(deleted ? { deletionTimestamp: formatTime(now) } : {}) };
    return { metadata, status: { ...running, conditions: ready('True', 3_500_000), ...status } } as Pod;
  });
}

const metricsOf = ({ usage }: Case) =>
  new Map(
    usage.flatMap((value, index) =>
      value === undefined ? [] : [[`pod-${index}`, { value, timestamp: now - 10_000, windowMs: 30_000 }] as const],
    ),
  );

const input = (one: Case, resource?: string) => ({
  current: one.current ?? one.usage.length,
  pods: podsOf(one),
  metrics: metricsOf(one),
  tolerances,
  resource,
  now,
});

describe('in percent of what each pod requests, 1000m', () => {
  const cases: readonly Case[] = [
    { name: 'more use asks for more', usage: [300, 500, 700], target: 30, want: [5, 50] },
    { name: 'less use asks for fewer', usage: [100, 300, 500, 250, 250], target: 50, want: [3, 28] },
    { name: 'what is near enough stays', usage: [1010, 1030, 1020], target: 100, want: [3, 102] },
    {
      name: 'a pod that is not measured uses nothing when more is asked for',
      usage: [300, 500, undefined],
      target: 30,
      want: [3, 40],
    },
    {
      name: 'a pod that is not measured uses all it may when fewer are asked for',
      usage: [100, 100, 100, undefined],
      target: 50,
      want: [3, 10],
    },
    {
      name: 'one that is not measured cannot turn fewer into more',
      usage: [100, undefined, undefined, undefined],
      target: 50,
      want: [4, 10],
    },
    {
      name: 'pods that come up count as using nothing when more is asked for',
      usage: [100, 500, 700],
      target: 30,
      pods: { 0: { conditions: ready('False', 3_599_000) } },
      want: [4, 60],
    },
    {
      name: 'a young pod counts once it was measured for a window since it was ready',
      usage: [900, 300, 300],
      target: 30,
      pods: { 0: { startTime: formatTime(now - 60_000), conditions: ready('True', 5_000) } },
      want: [3, 30],
    },
    {
      name: 'pods on their way out count for nothing',
      usage: [900, 900, 300],
      target: 30,
      pods: { 0: { deleted: true }, 1: { phase: 'Failed' } },
      want: [3, 30],
    },
  ];
  test.each(cases)('$name', (one) => {
    const requests = new Map(podsOf(one).map(({ metadata }) => [metadata?.name ?? '', 1000]));
    const { replicas, utilization } = replicasByUtilization(input(one, 'cpu'), { target: one.target, requests });
    expect([replicas, utilization]).toEqual(one.want);
  });
});

describe('an average of all pods', () => {
  const cases: readonly Case[] = [
    { name: 'more asks for more', usage: [20000, 10000, 30000], target: 15000, want: [4, 20000] },
    { name: 'the same stays', usage: [20000, 20000], target: 20000, want: [2, 20000] },
    {
      name: 'unready pods count for metrics other than CPU',
      usage: [50000, 10000],
      target: 15000,
      pods: { 0: { conditions: ready('False', 1000) } },
      want: [4, 30000],
    },
    {
      name: 'pending pods count as nothing',
      usage: [50000, 10000, undefined],
      target: 15000,
      pods: { 2: { phase: 'Pending' } },
      want: [4, 30000],
    },
    {
      name: 'a pod that is not measured does not count where the others are just right',
      usage: [15000, undefined, undefined],
      target: 15000,
      want: [3, 15000],
    },
  ];
  test.each(cases)('$name', (one) => {
    const { replicas, usage } = replicasByAverage(input(one), one.target);
    expect([replicas, usage]).toEqual(one.want);
  });

  test('nothing can be said without pods, or without measurements', () => {
    const none = { name: '', usage: [], target: 1, want: 0 };
    expect(() => replicasByAverage(input(none), 1)).toThrow(
      'no pods returned by selector while calculating replica count',
    );
    const silent = { name: '', usage: [undefined], target: 1, want: 0 };
    expect(() => replicasByAverage(input(silent), 1)).toThrow(
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  });
});

test.each([
  ['a value above its target asks for a share more of the ready pods', { current: 3, usage: 8600 }, 4400, 6],
  ['a value near its target keeps what there is', { current: 3, usage: 4500 }, 4400, 3],
  ['none become as many as the target asks for', { current: 0, usage: 8600 }, 4400, 2],
])('%s', (_, measured, target, want) => {
  expect(replicasByValue({ ...measured, tolerances }, { target, ready: () => 3 }).replicas).toBe(want);
});

test.each([
  ['each replica gets its share', { current: 3, usage: 8600 }, 2200, { replicas: 4, usage: 2867 }],
  ['a share near its target keeps what there is', { current: 4, usage: 8600 }, 2200, { replicas: 4, usage: 2150 }],
])('%s', (_, measured, target, want) => {
  expect(replicasByShare({ ...measured, tolerances }, target)).toEqual(want);
});
