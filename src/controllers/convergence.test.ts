import { expect, test } from 'vitest';
import { DaemonSets } from '#api/apps/v1/daemon-set.ts';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { seededRandom } from '#base/random.ts';
import { mergePatch } from '#client/options.ts';
import { ComponentGroup } from '#cluster/component-group.ts';
import { createControllerManager } from '#cluster/controller-manager.ts';
import { Cluster } from '#testing/cluster.ts';
import { FastClock } from '#testing/fast-clock.ts';
import { type Faults, FaultyTransport } from '#testing/faulty-transport.ts';
import { waitFor } from '#testing/wait-for.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind are looked at alike
type Any = any;

const namespace = 'default';
const template = (name: string, image = 'web:1', spec: Any = {}) => ({
  metadata: { labels: { name } },
  spec: { containers: [{ name: 'web', image }], ...spec },
});
const set = (name: string, more: Any = {}): Any => ({
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { name } }, template: template(name), ...more },
});

type Step = (cluster: Cluster) => Promise<unknown>;
const create =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, object: Any): Step =>
  ({ client }) =>
    client.of(kind).create(object);
const change =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, name: string, spec: Any): Step =>
  ({ client }) =>
    client.of(kind).patch(name, mergePatch({ spec }), { namespace });
const remove =
  <T extends KubernetesObject>(kind: ResourceDefinition<T>, name: string, in_ = namespace): Step =>
  ({ client }) =>
    client.of(kind).delete(name, { namespace: in_, propagationPolicy: 'Background' });

/** What people do while things go wrong. */
const steps: readonly Step[] = [
  create(Deployments, set('rolled', { replicas: 3 })),
  create(StatefulSets, set('stateful', { replicas: 2, serviceName: 'web' })),
  create(Services, {
    metadata: { name: 'rolled', namespace },
    spec: { selector: { name: 'rolled' }, ports: [{ port: 80 }] },
  }),
  create(DaemonSets, set('daemon')),
  create(Namespaces, { metadata: { name: 'going' } }),
  create(Jobs, {
    metadata: { name: 'work', namespace },
    spec: { completions: 3, parallelism: 2, template: template('work', 'web:1', { restartPolicy: 'Never' }) },
  }),
  create(ReplicationControllers, {
    metadata: { name: 'controlled', namespace },
    spec: { replicas: 2, selector: { name: 'controlled' }, template: template('controlled') },
  }),
  create(ReplicaSets, set('gone', { replicas: 2 })),
  create(PodDisruptionBudgets, {
    metadata: { name: 'rolled', namespace },
    spec: { minAvailable: 2, selector: { matchLabels: { name: 'rolled' } } },
  }),
  change(Deployments, 'rolled', { template: template('rolled', 'web:2') }),
  change(StatefulSets, 'stateful', { replicas: 3, template: template('stateful', 'web:2') }),
  change(DaemonSets, 'daemon', { template: template('daemon', 'web:2') }),
  remove(ReplicaSets, 'gone'),
  change(ReplicationControllers, 'controlled', { replicas: 1 }),
  remove(Namespaces, 'going'),
  change(Deployments, 'rolled', { replicas: 4 }),
];

const counts = ({ conditions = [], ...status }: Any = {}) => {
  const { disruptedPods: _, startTime: _1, completionTime: _2, observedGeneration: _3, ...rest } = status;
  const zeroless = Object.entries(rest).filter(([key, value]) => value !== 0 && key !== 'uncountedTerminatedPods');
  const said = conditions.map(({ type, status: value, reason }: Any) => `${type} ${value} ${reason}`).sort();
  return { ...Object.fromEntries(zeroless), conditions: said };
};

/** All that is to be the same at the end: what there is, whose it is and what is told of it; no times and no made-up names. */
async function stateOf({ client }: Cluster): Promise<Any> {
  const items = async (kind: Any): Promise<Any[]> => [...(await client.of(kind).list()).items];
  const owned = [
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    Jobs,
    ReplicationControllers,
    PodDisruptionBudgets,
  ];
  const states = await Promise.all(
    owned.map(async (kind: Any) =>
      (await items(kind)).map(({ metadata, spec, status }) => ({
        name: `${kind.kind} ${metadata.name}`,
        revision: metadata.annotations?.['deployment.kubernetes.io/revision'],
        replicas: spec.replicas,
        status: counts(status),
        // How often a set is scaled on the way depends on the way.
        isObserved: (status.observedGeneration ?? metadata.generation) === metadata.generation,
      })),
    ),
  );
  const pods = (await items(Pods)).map(({ metadata, spec, status }) => {
    const { kind, name } = metadata.ownerReferences?.[0] ?? {};
    const held = metadata.deletionTimestamp ? 'going' : (metadata.finalizers ?? []).join();
    return `${kind} ${name} ${spec.containers[0].image} ${status.phase} ${held}`;
  });
  const endpoints = (await items(EndpointSlices))
    .filter(({ metadata }) => metadata.namespace === namespace)
    .map(({ metadata, endpoints: all }) => [
      metadata.labels['kubernetes.io/service-name'],
      (all ?? []).filter(({ conditions }: Any) => conditions.ready).length,
    ]);
  return {
    states: states.flat(),
    pods: pods.sort(),
    endpoints: endpoints.sort(),
    namespaces: (await items(Namespaces)).map(({ metadata, status }) => `${metadata.name} ${status.phase}`).sort(),
  };
}

/** Controllers that reach the server over faulty connections, until they are stopped. */
function startControllers(cluster: Cluster, faults: Omit<Faults, 'clock'>): ComponentGroup {
  const { environment } = cluster;
  const { clock } = environment;
  const apiServer = new Proxy(environment.apiServer, {
    get(target, name) {
      if (name === 'transport') {
        return (user: Parameters<typeof target.transport>[0]) =>
          new FaultyTransport(target.transport(user), { ...faults, clock });
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const group = new ComponentGroup(environment.logger);
  group.start(createControllerManager({ ...environment, apiServer }));
  return group;
}

/** Runs all steps, with faults and restarts where a seed says so, and waits until `isEnd` accepts what has become of them. */
async function run(seed: number | undefined, isEnd: (state: Any) => void): Promise<Any> {
  const clock = new FastClock();
  const random = seededRandom(seed ?? 0);
  const cluster = await Cluster.start({ controllers: false, clock, random, simulatedNodes: 2 });
  let rate = seed === undefined ? 0 : 0.2;
  let injected = 0;
  const faults = { random, rate: () => rate, onFault: () => injected++ };
  let controllers = startControllers(cluster, faults);
  try {
    await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }), { timeoutMs: 20_000 });
    for (const step of steps) {
      await step(cluster);
      await clock.sleep(random.next() * 8000);
      if (seed === undefined || random.next() < 0.7) continue;
      await controllers.stop();
      controllers = startControllers(cluster, faults);
    }
    rate /= 5;
    await clock.sleep(20_000);
    rate = 0;
    expect(injected > 100).toBe(seed !== undefined);
    return await waitFor(
      async () => {
        const state = await stateOf(cluster);
        isEnd(state);
        return state;
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
  } finally {
    await controllers.stop();
    await cluster.stop();
    clock.stop();
  }
}

test('whatever goes wrong on the way, everything ends as it does when nothing goes wrong', {
  timeout: 120_000,
}, async () => {
  const wanted = await run(undefined, ({ states, namespaces }) => {
    const status = (name: string) => states.find((one: Any) => one.name === name).status;
    expect(status('Deployment rolled')).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4 });
    expect(status('StatefulSet stateful')).toMatchObject({ updatedReplicas: 3, readyReplicas: 3, currentReplicas: 3 });
    expect(status('DaemonSet daemon')).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
    expect(status('Job work')).toMatchObject({ succeeded: 3 });
    expect(status('PodDisruptionBudget rolled')).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 2 });
    expect(status('ReplicationController controlled')).toMatchObject({ replicas: 1, readyReplicas: 1 });
    expect(states.map(({ name }: Any) => name)).not.toContain('ReplicaSet gone');
    expect(namespaces).not.toContain('going Terminating');
  });
  for (const seed of [1, 7]) await run(seed, (state) => expect(state, `seed ${seed}`).toEqual(wanted));
});
