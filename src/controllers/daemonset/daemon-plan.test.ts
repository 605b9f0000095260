import { expect, test } from 'vitest';
import type { DaemonSet } from '#api/apps/v1/daemon-set.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { REVISION_HASH } from '../shared/revisions/revision-plan.ts';
import { daemonStatus, planDaemons } from './daemon-plan.ts';
import { daemonPod } from './daemon-pod.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';

const now = Date.UTC(2026, 0, 1, 1);
const node = (name: string): Node => ({ metadata: { name } });
const set = (rollingUpdate: object = {}): DaemonSet =>
  ({
    metadata: { name: 'agent' },
    spec: { selector: {}, template: {}, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
  }) as unknown as DaemonSet;

interface Told {
  readonly on?: string;
  readonly bound?: boolean;
  readonly hash?: 'new' | 'old';
  readonly ready?: boolean;
  readonly phase?: string;
  readonly going?: boolean;
}
const pod = (name: string, told: Told = {}): Pod => {
  const { on = 'a', bound = true, hash = 'new', ready = true, phase = 'Running', going } = told;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [on] }];
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
  return {
    metadata: {
      name,
      labels: { [REVISION_HASH]: hash },
      creationTimestamp: `2026-01-01T00:00:0${name.at(-1)}Z`,
      ...(going ? { deletionTimestamp: '2026-01-01T00:30:00Z' } : {}),
    },
    spec: { containers: [], affinity: { nodeAffinity: required }, ...(bound ? { nodeName: on } : {}) },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:10Z' }],
    },
  } as Pod;
};

const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata?.name);
const SURGE = { maxSurge: 1, maxUnavailable: 0 };
const old = { hash: 'old' } as const;
const unready = { ready: false } as const;

test.each([
  ['a node without a daemon gets one', {}, [], { create: ['a'] }],
  ['of two the oldest stays', {}, [pod('p2'), pod('p1')], { remove: ['p2'] }],
  ['one that is bound stays before an older one', {}, [pod('p1', { bound: false }), pod('p2')], { remove: ['p1'] }],
  ['one that has failed goes', {}, [pod('p1', { phase: 'Failed' })], { failed: ['p1'] }],
  ['one that has ended goes', {}, [pod('p1', { phase: 'Succeeded' })], { remove: ['p1'] }],
  ['one that is kept after its end is replaced', {}, [pod('p1', { phase: 'Failed', going: true })], { create: ['a'] }],
  ['one that is on its way out is waited for', {}, [pod('p1', { going: true })], {}],
  [
    'one that waits for a node that is gone goes',
    {},
    [pod('p1'), pod('p2', { on: 'b', bound: false })],
    { remove: ['p2'] },
  ],
  ['one that runs on a node that is gone is left to others', {}, [pod('p1'), pod('p2', { on: 'b' })], {}],
  ['an old one makes room', {}, [pod('p1', old)], { remove: ['p1'] }],
  ['surging puts a new one beside it', SURGE, [pod('p1', old)], { create: ['a'] }],
  ['also beside one that does not work', SURGE, [pod('p1', { ...old, ...unready })], { create: ['a'] }],
  ['the old one goes when the new one works', SURGE, [pod('p1', old), pod('p2')], { remove: ['p1'] }],
  [
    'or when it does not work itself',
    SURGE,
    [pod('p1', { ...old, ...unready }), pod('p2', unready)],
    { remove: ['p1'] },
  ],
  ['and stays while it alone works', SURGE, [pod('p1', old), pod('p2', unready)], {}],
] as const)('%s', (_, rollingUpdate, pods, want) => {
  const plan = planDaemons({ set: set(rollingUpdate), nodes: [node('a')], pods, hash: 'new', now });
  const found = { create: plan.create, remove: names(plan.remove), failed: names(plan.failed) };
  expect(found).toEqual({ create: [], remove: [], failed: [], ...want });
});

/** Takes no new daemons, but keeps those it has. */
const closed = (name: string): Node => ({ ...node(name), spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
const newly = (on: string, more: Told = {}) => pod(`p-${on}1`, { on, ...more });
const formerly = (on: string, more: Told = {}) => newly(on, { ...old, ...more });

test.each([
  [
    'of those that work as many go as may be missing',
    { maxUnavailable: 2 },
    [formerly('a'), formerly('b'), formerly('c', unready), newly('d', unready)],
    { remove: ['p-c1'] },
  ],
  ['one on its way out is missing', {}, [newly('a', { going: true }), formerly('b'), newly('c'), newly('d')], {}],
  ['so is one that there is not', {}, [formerly('b'), newly('c'), newly('d')], { create: ['a'] }],
  [
    'one on a node that takes no more goes, too, and none comes after it',
    {},
    [newly('a'), newly('b'), newly('c'), newly('d'), formerly('closed')],
    { remove: ['p-closed1'] },
  ],
  [
    'one that does not work is replaced beside as many new ones as may be too many',
    SURGE,
    [formerly('a'), formerly('b'), formerly('c', unready), newly('d')],
    { create: ['c', 'a'] },
  ],
  [
    'new ones that do not work yet count as too many',
    SURGE,
    [formerly('a'), newly('a2', { on: 'a', ...unready }), formerly('b'), newly('c'), newly('d')],
    {},
  ],
  [
    'while surging the next does not wait for the last to have gone',
    SURGE,
    [newly('a', { going: true }), newly('b'), newly('c'), newly('d')],
    { create: ['a'] },
  ],
  [
    'one that is no longer wanted stays while others are missing',
    SURGE,
    [newly('a'), newly('b'), newly('c'), newly('d', unready), formerly('closed')],
    {},
  ],
  [
    'and goes when enough others work',
    SURGE,
    [newly('a'), newly('b'), newly('c'), newly('d'), formerly('closed')],
    { remove: ['p-closed1'] },
  ],
  [
    'or when it does not work itself',
    SURGE,
    [newly('a'), newly('b'), newly('c'), newly('d', unready), formerly('closed', unready)],
    { remove: ['p-closed1'] },
  ],
] as const)('updating several nodes: %s', (_, rollingUpdate, pods, want) => {
  const nodes = [...['a', 'b', 'c', 'd'].map(node), closed('closed')];
  const plan = planDaemons({ set: set(rollingUpdate), nodes, pods, hash: 'new', now });
  expect({ create: plan.create, remove: names(plan.remove) }).toEqual({ create: [], remove: [], ...want });
});

test('while surging the older pod of a node is the one that counts', () => {
  const pods = [pod('p1', old), pod('p2', unready)];
  const status = daemonStatus({ set: set(SURGE), nodes: [node('a')], pods, hash: 'new', now }, undefined);
  expect([status.updatedNumberScheduled, status.numberReady, status.numberAvailable]).toEqual([0, 1, 1]);
});

test('a daemon that fails again and again is deleted ever more seldom', () => {
  const backoff = new FailedPodBackoff();
  const wait = (at: number) => backoff.wait('set/node', at);
  expect([0, 400, 1000, 2500, 3000].map(wait)).toEqual([0, 600, 0, 500, 0]);
  expect(wait(3_600_000)).toBe(0);
  expect(wait(3_600_500)).toBe(500);
});

test('a daemon is bound to its node alone, whatever nodes its template would take, and bears its revision', () => {
  const term = (value: string) => ({ matchExpressions: [{ key: 'pool', operator: 'In', values: [value] }] });
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term('a'), term('b')] } };
  const spec = { containers: [], affinity: { nodeAffinity: required } };
  const agent = set();
  const daemons = {
    ...agent,
    metadata: { ...agent.metadata, annotations: { 'deprecated.daemonset.template.generation': '3' } },
    spec: { ...agent.spec, template: { metadata: { labels: { app: 'agent' } }, spec } },
  } as DaemonSet;
  const made = daemonPod(daemons, 'node-1', 'abc');
  expect(made.metadata?.labels).toEqual({ app: 'agent', 'pod-template-generation': '3', [REVISION_HASH]: 'abc' });
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }];
  expect(made.spec?.affinity?.nodeAffinity).toEqual({
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
  });
});
