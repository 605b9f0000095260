import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '#testing/cluster.ts';
import { Harness, makeNode, makePod } from '../../testing/harness.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const allocatable = { cpu: '1', memory: '8Gi', pods: '110' };
const lowOn = (node: string) => makePod(`low-${node}`, { requests: { cpu: '1' } });

/** The node on which room is made for a pod that fits nowhere. */
function nominated({ state, framework }: Harness, name: string): string | undefined {
  const pod = state.describe(makePod(name, { requests: { cpu: '1' }, spec: { priority: 10 } }));
  const cycle = { pod, state, data: new Map() };
  const outcome = framework.filter(cycle);
  if (outcome.fits) throw new Error(`${name} fits`);
  const room = framework.postFilter(cycle, outcome.diagnosis);
  return room instanceof Promise ? undefined : room.nominated;
}

test.each([
  ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'b'],
  ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', 'a'],
])(
  'what has run longest is spared, also when it started after it was first looked at: %s and %s',
  (onA, onB, chosen) => {
    const harness = new Harness(cluster.client);
    for (const name of ['a', 'b']) {
      harness.state.setNode(makeNode(name, { allocatable }));
      harness.place(lowOn(name), name);
    }
    // What is found for a class of pods is kept from the second of them on.
    for (const name of ['first', 'second']) expect(['a', 'b']).toContain(nominated(harness, name));
    for (const [name, startTime] of Object.entries({ a: onA, b: onB })) {
      const low = lowOn(name);
      const started = { ...low, status: { ...low.status, startTime } };
      harness.state.placePod(harness.state.describe(started), name);
    }
    expect(nominated(harness, 'third')).toBe(chosen);
  },
);
