import { expect, test } from 'vitest';
import { unschedulable } from '../framework/status.ts';
import { Verdicts } from '../framework/verdicts.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { makeNode } from '../testing/harness.ts';
import { type GroupSteps, tryGroup } from './group-cycle.ts';

/** Members by name: `fits` on the only node, `room` can be made for, `held back` when it is reserved, `broken`. */
function start() {
  const state = new ClusterState();
  state.setNode(makeNode('n'));
  const node = state.list()[0];
  if (node === undefined) throw new Error('no node');
  const held = new Set<string>();
  const steps: GroupSteps<string> = {
    find(member) {
      if (member.startsWith('broken')) throw new Error('no luck');
      if (member.startsWith('fits') || member.startsWith('held back')) return { fits: true, node };
      return { fits: false, diagnosis: { nodeCount: 1, verdicts: new Verdicts(), plugins: new Set(['Plugin']) } };
    },
    hold(member) {
      if (member.startsWith('held back')) return unschedulable('Plugin', 'no');
      held.add(member);
      return undefined;
    },
    letGo: (member) => held.delete(member),
    makeRoom: (member) => ({ message: '', nominated: member.startsWith('room') ? 'n' : '' }),
  };
  return { held, steps };
}

test.each<[string[], number, string, string[]]>([
  [['fits 1', 'fits 2'], 2, 'scheduled', ['fits 1', 'fits 2']],
  [['fits 1', 'no'], 1, 'scheduled', ['fits 1']],
  [['fits 1', 'held back'], 1, 'scheduled', ['fits 1']],
  // Enough of them have nodes already.
  [['no'], 0, 'scheduled', []],
  [['fits 1', 'no'], 2, 'unschedulable', []],
  [['fits 1', 'room'], 2, 'waiting', []],
  [['fits 1', 'room'], 1, 'waiting', []],
  [['fits 1', 'room'], 3, 'unschedulable', []],
  [['fits 1', 'broken', 'fits 2'], 1, 'failed', []],
])('of %j %i are needed: %s', async (members, needed, result, expected) => {
  const { held, steps } = start();
  expect((await tryGroup(members, needed, steps)).result).toBe(result);
  expect([...held]).toEqual(expected);
});
