import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { makeNode, makePod } from '../testing/harness.ts';
import { diagnosisMessage } from './diagnosis.ts';
import { Framework, type FrameworkOptions } from './framework.ts';
import { Nominations } from './nominations.ts';
import type { Plugin } from './plugin.ts';
import { unschedulable } from './status.ts';
import { WaitingPods } from './waiting-pods.ts';

function start(plugins: readonly Plugin[], options: Partial<FrameworkOptions> = {}) {
  const state = new ClusterState();
  state.setNode(makeNode('a'));
  const weighted = plugins.map((plugin) => ({ plugin, weight: 1 }));
  const framework = new Framework(weighted, {
    clock: new VirtualClock(),
    state,
    nominations: new Nominations(state),
    ...options,
  });
  const cycle = { pod: state.describe(makePod('p')), state, data: new Map() };
  return { framework, cycle };
}

const refusing = (name: string): Plugin => ({ name, filter: () => unschedulable(name, `${name} says no`) });

test.each([
  ['as the profile has them', {}, 'first says no'],
  ['as the extension point has them', { order: { filter: ['second', 'first'] } }, 'second says no'],
  ['as another point has them', { order: { score: ['second', 'first'] } }, 'first says no'],
])('plugins run in order: %s', (_name, options, expected) => {
  const { framework, cycle } = start([refusing('first'), refusing('second')], options);
  const outcome = framework.filter(cycle);
  expect(outcome.fits ? 'fits' : diagnosisMessage(outcome.diagnosis)).toBe(`0/1 nodes are available: 1 ${expected}.`);
});

test('what goes wrong in a plugin is led in by what was running', () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  const { framework, cycle } = start([{ name: 'Bad', filter: broken, reserve: broken }]);
  expect(() => framework.filter(cycle)).toThrow('running "Bad" filter plugin: broken');
  expect(() => framework.reserve(cycle, 'a')).toThrow('running Reserve plugin "Bad": broken');
});

test('a pod waits until all plugins that asked for time have allowed it', async () => {
  const clock = new VirtualClock();
  const waiting = new WaitingPods(clock);
  const slow = (name: string): Plugin => ({ name, permit: () => ({ waitMs: 5000 }) });
  const { framework, cycle } = start([slow('one'), slow('two')], { waiting });
  const { uid } = cycle.pod;

  const allowed = framework.permit(cycle, 'a');
  expect([...waiting.uids()]).toEqual([uid]);
  waiting.allow(uid, 'one');
  waiting.allow(uid, 'two');
  expect(await allowed).toBeUndefined();

  const refused = framework.permit(cycle, 'a');
  expect(waiting.reject(uid, 'two', 'changed its mind')).toBe(true);
  expect(await refused).toEqual(unschedulable('two', 'changed its mind'));

  const forgotten = framework.permit(cycle, 'a');
  waiting.allow(uid, 'one');
  await clock.advance(5000);
  expect(await forgotten).toEqual(unschedulable('two', 'rejected due to timeout after waiting 5s at plugin two'));
  const displaced = framework.permit(cycle, 'a');
  expect(waiting.preempt(uid)).toBe(true);
  await expect(displaced).rejects.toThrow('waiting on permit for pod: preempted');
  expect(waiting.preempt(uid)).toBe(false);
  expect([...waiting.uids()]).toEqual([]);
});

test('a pod that no plugin has anything against need not wait', () => {
  const { framework, cycle } = start([{ name: 'quick', permit: () => undefined }]);
  expect(framework.permit(cycle, 'a')).toBeUndefined();
});
