import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastClock } from '#testing/fast-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import type { Collection } from '../support/collection.ts';
import { pod, podSpec, replicated } from '../support/examples.ts';
import { type Body, Rest } from '../support/rest.ts';

const FAKE = 'example.com/fakecpu';
const NODES = ['simulated-0', 'simulated-1'] as const;

const clock = new FastClock();
let rest: Rest;
let namespace: string;
let pods: Collection;
beforeAll(async () => {
  const nodes = [{ count: NODES.length, cpu: '4' }];
  rest = await Rest.start({
    clock,
    controllers: ['node-lifecycle-controller', 'replicaset-controller', 'serviceaccount-controller'],
    simulation: { nodes },
  });
  namespace = await rest.namespace('placement', { serviceAccount: true });
  pods = rest.of('v1', 'pods', namespace);
  for (const [name, value] of Object.entries({ low: 1, medium: 100, high: 1000 })) {
    await rest.of('scheduling.k8s.io/v1', 'priorityclasses').create({ metadata: { name }, value });
  }
  await offer(FAKE, '10');
});
afterAll(async () => {
  await rest?.stop();
  clock.stop();
});

const nodes = () => rest.of('v1', 'nodes');

/** Has every node offer so much of a resource. */
async function offer(resource: string, amount: string): Promise<void> {
  const amounts = { [resource]: amount };
  for (const node of NODES) {
    const offered = { status: { capacity: amounts, allocatable: amounts } };
    await waitFor(() => nodes().patch(node, 'merge', offered, { subresource: 'status' }));
  }
}

const requests = (resource: string, amount: string): Body => {
  const resources = { requests: { [resource]: amount }, limits: { [resource]: amount } };
  return { containers: [{ name: 'web', image: 'web:1', resources }] };
};

const runs = (of: Collection, name: string): Promise<Body> =>
  waitFor(
    async () => {
      const found = await of.get(name);
      return found.status.phase === 'Running' && found;
    },
    { what: `${name} to run` },
  );

/** The condition with which the scheduler says that a pod finds no place. */
const findsNoPlace = (name: string): Promise<Body> =>
  waitFor(
    async () => {
      const { spec, status } = await pods.get(name);
      expect(spec.nodeName).toBeUndefined();
      return status.conditions?.find((one: Body) => one.type === 'PodScheduled' && one.status === 'False');
    },
    { what: `${name} to find no place` },
  );

const run = async (name: string, spec: Body): Promise<Body> => {
  await pods.create(pod(name, { spec }));
  return runs(pods, name);
};

const removeAll = async (): Promise<void> => {
  await pods.deleteCollection({ gracePeriodSeconds: 0 });
  await waitFor(async () => (await pods.names()).length === 0, { what: 'the pods to go' });
};

describe('[sig-scheduling] SchedulerPredicates [Serial]', () => {
  test('validates resource limits of pods that are allowed to run', async () => {
    for (const node of NODES) {
      await run(`fills-${node}`, { ...requests('cpu', '2500m'), nodeSelector: { 'kubernetes.io/hostname': node } });
    }
    await pods.create(pod('beyond', { spec: requests('cpu', '2') }));
    expect(await findsNoPlace('beyond')).toMatchObject({
      reason: 'Unschedulable',
      message:
        '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, ' +
        'preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    });
    // What a pod may use at most does not count, what it asks for does.
    const within = { requests: { cpu: '1500m' }, limits: { cpu: '8' } };
    await run('within', { containers: [{ name: 'web', image: 'web:1', resources: within }] });
    await pods.delete('fills-simulated-0', { query: { gracePeriodSeconds: 0 } });
    await pods.delete('fills-simulated-1', { query: { gracePeriodSeconds: 0 } });
    await runs(pods, 'beyond');
    await removeAll();
  });

  test('validates that NodeSelector is respected if not matching', async () => {
    await pods.create(pod('restricted', { spec: { nodeSelector: { label: 'nonempty' } } }));
    expect(await findsNoPlace('restricted')).toMatchObject({
      reason: 'Unschedulable',
      message:
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, " +
        'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    });
    await removeAll();
  });

  test('validates that NodeSelector is respected if matching', async () => {
    const node = (await run('finds-a-node', {})).spec.nodeName;
    await nodes().patch(node, 'merge', { metadata: { labels: { chosen: '42' } } });
    expect((await run('with-labels', { nodeSelector: { chosen: '42' } })).spec.nodeName).toBe(node);
    await nodes().patch(node, 'merge', { metadata: { labels: { chosen: null } } });
    await removeAll();
  });

  test('validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP', async () => {
    const node = NODES[1];
    const onPort = (hostIP: string | undefined): Body => ({
      nodeSelector: { 'kubernetes.io/hostname': node },
      containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 8080, hostPort: 54322, hostIP }] }],
    });
    expect((await run('everywhere', onPort(undefined))).spec.nodeName).toBe(node);
    await pods.create(pod('on-one', { spec: onPort('127.0.0.1') }));
    expect((await findsNoPlace('on-one')).message).toContain(
      "1 node(s) didn't have free ports for the requested pod ports",
    );
    await removeAll();
  });
});

describe('[sig-scheduling] SchedulerPreemption [Serial]', () => {
  /** Fills each node with two pods: one of low priority on the first node, else medium ones. */
  const fill = async (more: { metadata?: Body } = {}): Promise<string[]> => {
    const names: string[] = [];
    for (const [index, node] of [...NODES, ...NODES].entries()) {
      const name = `victim-${index}`;
      const priorityClassName = index === 0 ? 'low' : 'medium';
      const spec = { ...requests(FAKE, '5'), priorityClassName, nodeSelector: { 'kubernetes.io/hostname': node } };
      await pods.create(pod(name, index === 0 ? { spec, ...more } : { spec }));
      await runs(pods, name);
      names.push(name);
    }
    return names;
  };

  test('validates basic preemption works', async () => {
    const [victim, ...others] = await fill();
    const { spec } = await run('preemptor', { ...requests(FAKE, '5'), priorityClassName: 'high' });
    expect(spec.nodeName).toBe(NODES[0]);
    expect((await pods.names()).sort()).toEqual(['preemptor', ...others]);
    expect(victim).toBe('victim-0');
    const events = (await rest.of('v1', 'events', namespace).list()).items;
    const told = events.filter(({ reason }: Body) => reason === 'Preempted');
    expect(told.map(({ involvedObject, related }: Body) => [involvedObject.name, related.name])).toEqual([
      ['victim-0', 'preemptor'],
    ]);
    await removeAll();
  });

  test('validates lower priority pod preemption by critical pod', async () => {
    const [, ...others] = await fill();
    const system = rest.of('v1', 'pods', 'kube-system');
    await waitFor(() => rest.of('v1', 'serviceaccounts', 'kube-system').get('default'));
    const critical = { ...requests(FAKE, '5'), priorityClassName: 'system-cluster-critical' };
    await system.create(pod('critical', { spec: critical }));
    expect((await runs(system, 'critical')).spec.nodeName).toBe(NODES[0]);
    expect((await pods.names()).sort()).toEqual(others);
    await system.delete('critical', { query: { gracePeriodSeconds: 0 } });
    await removeAll();
  });

  test('validates pod disruption condition is added to the preempted pod', async () => {
    await fill({ metadata: { finalizers: ['example.com/test-finalizer'] } });
    await pods.create(pod('preemptor', { spec: { ...requests(FAKE, '5'), priorityClassName: 'high' } }));
    const victim = await waitFor(async () => {
      const found = await pods.get('victim-0');
      return found.metadata.deletionTimestamp && found;
    });
    expect(victim.status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    );
    await pods.patch('victim-0', 'merge', { metadata: { finalizers: null } });
    await runs(pods, 'preemptor');
    await removeAll();
  });

  test('PreemptionExecutionPath runs ReplicaSets to verify preemption running path', async () => {
    const node = NODES[0];
    const resource = 'example.com/path';
    await offer(resource, '1000');
    const sets = rest.of('apps/v1', 'replicasets', namespace);
    const sizes = { p1: '200', p2: '300', p3: '450', p4: '500' };
    for (const [index, name] of Object.keys(sizes).entries()) {
      const priority = { metadata: { name }, value: index + 1 };
      await rest.of('scheduling.k8s.io/v1', 'priorityclasses').create(priority);
    }
    const watch = await pods.watch();
    const create = async (name: keyof typeof sizes) => {
      const set = replicated(name, 1);
      set.spec.template.spec = podSpec({
        ...requests(resource, sizes[name]),
        priorityClassName: name,
        nodeSelector: { 'kubernetes.io/hostname': node },
      });
      await sets.create(set);
      await waitFor(async () => (await sets.get(name)).status.readyReplicas === 1, { what: `${name} to be ready` });
    };
    for (const name of ['p1', 'p2', 'p3', 'p4'] as const) await create(name);
    const seen = (name: string) =>
      watch.events.filter(({ type, object }) => type === 'ADDED' && object.metadata.labels.name === name).length;
    // Two had to make room once; neither they nor what came in their place push anybody out.
    await waitFor(() => expect(['p1', 'p2', 'p3', 'p4'].map(seen)).toEqual([2, 2, 1, 1]));
    await clock.sleep(30_000);
    expect(['p1', 'p2', 'p3', 'p4'].map(seen)).toEqual([2, 2, 1, 1]);
    expect((await sets.list()).items.map(({ status }: Body) => status.readyReplicas ?? 0)).toEqual([0, 0, 1, 1]);
  });
});
