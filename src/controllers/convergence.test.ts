import { expect, test } from 'vitest';
import { DaemonSets } from '#api/apps/v1/daemon-set.ts';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { HorizontalPodAutoscalers } from '#api/autoscaling/v2/horizontal-pod-autoscaler.ts';
import { CronJobs } from '#api/batch/v1/cron-job.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ReplicationControllers } from '#api/core/v1/replication-controller.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { Services } from '#api/core/v1/service.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { mergePatch } from '#client/options.ts';
import type { Cluster } from '#testing/cluster.ts';
import { converge, type Step } from '#testing/converge.ts';

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

const volume = (name: string) => ({
  metadata: { name },
  spec: {
    storageClassName: 'manual',
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: `/volumes/${name}` },
  },
});
const claim = (name: string, volumeName?: string) => ({
  metadata: { name, namespace },
  spec: {
    storageClassName: 'manual',
    ...(volumeName ? { volumeName } : {}),
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  },
});
const resources = { requests: { cpu: '100m' } };
const taint =
  (...taints: readonly object[]): Step =>
  ({ client }) =>
    client.of(Nodes).patch('simulated-0', mergePatch({ spec: { taints } }));

/** What people do while things go wrong. */
const steps: readonly Step[] = [
  create(CronJobs, {
    metadata: { name: 'ticks', namespace },
    spec: {
      schedule: '@every 15s',
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: template('ticks', 'web:1', { restartPolicy: 'Never' }) } },
    },
  }),
  create(
    Deployments,
    set('loaded', {
      template: template('loaded', 'web:1', { containers: [{ name: 'web', image: 'web:1', resources }] }),
    }),
  ),
  create(HorizontalPodAutoscalers, {
    metadata: { name: 'loaded', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'loaded' },
      maxReplicas: 4,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 20 } } },
      ],
    },
  }),
  create(ResourceQuotas, {
    metadata: { name: 'all', namespace },
    spec: { hard: { pods: '50', services: '5', 'count/deployments.apps': '5', 'count/jobs.batch': '50' } },
  }),
  create(
    StatefulSets,
    set('claiming', {
      serviceName: 'claiming',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { ...claim('data').spec, storageClassName: 'other' } },
      ],
    }),
  ),
  create(PersistentVolumes, volume('kept')),
  create(PersistentVolumeClaims, claim('kept', 'kept')),
  create(PersistentVolumeClaims, claim('left', 'left')),
  create(PersistentVolumes, volume('left')),
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
  taint({ key: 'example.com/away', effect: 'NoExecute' }),
  remove(ReplicaSets, 'gone'),
  remove(StatefulSets, 'claiming'),
  change(ReplicationControllers, 'controlled', { replicas: 1 }),
  remove(Namespaces, 'going'),
  remove(PersistentVolumeClaims, 'left'),
  taint(),
  change(Deployments, 'rolled', { replicas: 4 }),
  change(CronJobs, 'ticks', { suspend: true }),
];

/** Times, and what else depends on the way. */
const INCIDENTAL = new Set([
  'completionTime',
  'currentMetrics',
  'disruptedPods',
  // Of Jobs: a pod that was still at work where the taint came has failed.
  'failed',
  'lastPhaseTransitionTime',
  'lastScaleTime',
  'lastScheduleTime',
  'lastSuccessfulTime',
  'observedGeneration',
  'startTime',
  'uncountedTerminatedPods',
]);

const counts = ({ conditions = [], ...status }: Any = {}) => {
  const zeroless = Object.entries(status).filter(([key, value]) => value !== 0 && !INCIDENTAL.has(key));
  const said = conditions.map(({ type, status: value, reason }: Any) => `${type} ${value} ${reason}`).sort();
  return { ...Object.fromEntries(zeroless), conditions: said };
};

/** A Job whose controller never heard of a pod that it made may have made one more than it needed. */
const enough = ({ completions }: Any, { succeeded }: Any) =>
  completions && succeeded > completions ? { succeeded: completions } : {};

/** Jobs of a CronJob are named by the minute. */
const timeless = (name: string) => name.replace(/^(ticks-)\d+$/, '$1#');

/** All that is to be the same at the end: what there is, whose it is and what is told of it; no times and no made-up names. */
async function stateOf({ client }: Cluster): Promise<Any> {
  const items = async (kind: Any): Promise<Any[]> => [...(await client.of(kind).list()).items];
  const owned = [
    Deployments,
    ReplicaSets,
    StatefulSets,
    DaemonSets,
    Jobs,
    CronJobs,
    HorizontalPodAutoscalers,
    ReplicationControllers,
    PodDisruptionBudgets,
    ResourceQuotas,
    PersistentVolumes,
    PersistentVolumeClaims,
  ];
  const states = await Promise.all(
    owned.map(async (kind: Any) =>
      (await items(kind)).map(({ metadata, spec, status }) => ({
        name: `${kind.kind} ${timeless(metadata.name)}`,
        revision: metadata.annotations?.['deployment.kubernetes.io/revision'],
        replicas: spec.replicas,
        status: { ...counts(status), ...enough(spec, status) },
        // How often a set is scaled on the way depends on the way.
        isObserved: (status.observedGeneration ?? metadata.generation) === metadata.generation,
      })),
    ),
  );
  const pods = (await items(Pods)).map(({ metadata, spec, status }) => {
    const { kind, name } = metadata.ownerReferences?.[0] ?? {};
    const held = metadata.deletionTimestamp ? 'going' : (metadata.finalizers ?? []).join();
    return `${kind} ${timeless(name ?? '')} ${spec.containers[0].image} ${status.phase} ${held}`;
  });
  // A slice whose creation was not heard of stays beside the one made instead: how endpoints are spread depends on the way.
  const endpoints: Record<string, number> = {};
  for (const { metadata, endpoints: all } of await items(EndpointSlices)) {
    if (metadata.namespace !== namespace) continue;
    const service = metadata.labels['kubernetes.io/service-name'];
    endpoints[service] =
      (endpoints[service] ?? 0) + (all ?? []).filter(({ conditions }: Any) => conditions.ready).length;
  }
  // Pods of Jobs that have ended are there or not, by where they ran.
  const isDone = (text: string) => /^Job .* Succeeded $/.test(text);
  return {
    states: states.flat(),
    pods: pods.filter((text) => !isDone(text)).sort(),
    endpoints,
    namespaces: (await items(Namespaces)).map(({ metadata, status }) => `${metadata.name} ${status.phase}`).sort(),
  };
}

test('whatever goes wrong on the way, everything ends as it does when nothing goes wrong', {
  timeout: 300_000,
}, async () => {
  const scenario = { steps, stateOf };
  const isDone = ({ states, namespaces }: Any) => {
    const status = (name: string) => states.find((one: Any) => one.name === name).status;
    expect(status('Deployment rolled')).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4 });
    expect(status('StatefulSet stateful')).toMatchObject({ updatedReplicas: 3, readyReplicas: 3, currentReplicas: 3 });
    expect(status('DaemonSet daemon')).toMatchObject({ updatedNumberScheduled: 2, numberAvailable: 2 });
    expect(status('Job work')).toMatchObject({ succeeded: 3 });
    expect(status('PodDisruptionBudget rolled')).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 2 });
    expect(status('Job ticks-#')).toMatchObject({ succeeded: 1 });
    expect(status('CronJob ticks')).toEqual({ conditions: [] });
    expect(status('HorizontalPodAutoscaler loaded')).toMatchObject({ currentReplicas: 4, desiredReplicas: 4 });
    expect(status('Deployment loaded')).toMatchObject({ replicas: 4, availableReplicas: 4 });
    expect(status('ResourceQuota all').used).toMatchObject({ services: '1', 'count/jobs.batch': '2' });
    expect(states.map(({ name }: Any) => name)).not.toContain('PersistentVolumeClaim data-claiming-0');
    expect(status('PersistentVolume kept')).toMatchObject({ phase: 'Bound' });
    expect(status('PersistentVolume left')).toMatchObject({ phase: 'Released' });
    expect(status('PersistentVolumeClaim kept')).toMatchObject({ phase: 'Bound' });
    expect(states.map(({ name }: Any) => name)).not.toContain('PersistentVolumeClaim left');
    expect(status('ReplicationController controlled')).toMatchObject({ replicas: 1, readyReplicas: 1 });
    expect(states.map(({ name }: Any) => name)).not.toContain('ReplicaSet gone');
    expect(namespaces).not.toContain('going Terminating');
  };
  const wanted = await converge(scenario, { isEnd: isDone });
  for (const seed of [1, 7]) {
    await converge(scenario, { seed, isEnd: (state) => expect(state, `seed ${seed}`).toEqual(wanted) });
  }
});
