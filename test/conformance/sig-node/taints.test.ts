import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { pod } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

const clock = new VirtualClock();
const NODE = 'simulated-0';
const TAINT = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' };

let rest: Rest;
let namespace: string;
beforeAll(async () => {
  rest = await Rest.start({
    clock,
    controllers: ['node-lifecycle-controller', 'serviceaccount-controller', 'taint-eviction-controller'],
    simulatedNodes: 1,
  });
  namespace = await rest.namespace('taints', { serviceAccount: true });
});
afterAll(() => rest?.stop());

const pods = () => rest.of('v1', 'pods', namespace);
const taint = (taints: readonly Body[]) => rest.of('v1', 'nodes').patch(NODE, 'merge', { spec: { taints } });

/** Runs a pod that tolerates the taint for so many seconds. */
async function run(name: string, tolerationSeconds: number): Promise<void> {
  const { effect, ...tolerated } = TAINT;
  await pods().create(pod(name, { spec: { tolerations: [{ ...tolerated, effect, tolerationSeconds }] } }));
  await rest.cluster.advance(10_000);
  await waitFor(async () => (await pods().get(name)).status.phase === 'Running', { what: `${name} to run` });
}

/** Lets time pass, and the requests that came from outside have their effect before. */
async function pass(seconds: number): Promise<void> {
  for (let each = 0; each < seconds; each++) await rest.cluster.advance(1000);
}

const present = async (): Promise<string[]> =>
  (await pods().list()).items
    .filter((one: Body) => !one.metadata.deletionTimestamp)
    .map((one: Body) => one.metadata.name);

const messages = async (): Promise<string[]> =>
  (await rest.of('v1', 'events', namespace).list()).items
    .filter(({ reason }: Body) => reason === 'TaintManagerEviction')
    .map(({ message }: Body) => message);

describe('[sig-node] NoExecuteTaintManager [Disruptive] [Serial]', () => {
  test('Single Pod removing taint cancels eviction', async () => {
    await run('stays', 60);
    await taint([TAINT]);
    await pass(50);
    expect(await present()).toEqual(['stays']);
    await taint([]);
    await pass(60);
    expect(await present()).toEqual(['stays']);
    expect(await messages()).toEqual([`Cancelling deletion of Pod ${namespace}/stays`]);
    await pods().delete('stays', { query: { gracePeriodSeconds: 0 } });
  });

  test('Multiple Pods evicts pods with minTolerationSeconds', async () => {
    await run('short', 10);
    await run('long', 100);
    await taint([TAINT]);
    await pass(20);
    expect(await present()).toEqual(['long']);
    await pass(100);
    expect(await present()).toEqual([]);
    expect(await messages()).toEqual(
      expect.arrayContaining([
        `Marking for deletion Pod ${namespace}/short`,
        `Marking for deletion Pod ${namespace}/long`,
      ]),
    );
    await taint([]);
  });
});
