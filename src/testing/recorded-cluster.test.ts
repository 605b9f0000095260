import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ControllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { DaemonSets } from '#api/apps/v1/daemon-set.ts';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { HorizontalPodAutoscalersV1 } from '#api/autoscaling/v1/horizontal-pod-autoscaler.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { readRecordedCluster } from '#cluster/recorded-cluster.ts';
import { parseYamlDocuments } from '#machinery/codec/yaml.ts';
import { stringifyYaml } from '#machinery/codec/yaml-writer.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { writeSnapshot } from '#storage/snapshot/write-snapshot.ts';
import { Cluster, createLogger } from './index.ts';
import { VirtualClock } from './virtual-clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'knarr-recorded-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const KINDS: readonly AnyResourceDefinition[] = [
  Namespaces,
  Nodes,
  Deployments,
  ReplicaSets,
  Pods,
  HorizontalPodAutoscalersV1,
];

/** A cluster with a deployment on two nodes, as kubectl would print it and as a snapshot. */
async function record(): Promise<{ readonly yaml: string; readonly snapshot: string; readonly pods: readonly Pod[] }> {
  const store = createMemoryStore();
  const cluster = await Cluster.start({ store, clock: new VirtualClock(), seed: 1, simulatedNodes: 2 });
  await cluster.advance(1000);
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template };
  await cluster.client.of(Deployments).create({ metadata: { name: 'web', namespace: 'default' }, spec } as never);
  await cluster.client.of(HorizontalPodAutoscalersV1).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }, maxReplicas: 9 },
  } as never);
  await cluster.advance(10_000);
  const items: object[] = [];
  for (const each of KINDS) {
    const { items: some } = await cluster.client.of(each).list({});
    items.push(...some.map((object) => ({ ...object, apiVersion: apiVersionOf(each), kind: each.kind })));
  }
  items.push({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'default' } });
  const yaml = join(directory, 'recorded.yaml');
  writeFileSync(yaml, stringifyYaml({ apiVersion: 'v1', kind: 'List', items }));
  const pods = (await cluster.client.of(Pods).list({ namespace: 'default' })).items;
  await cluster.stop();
  const snapshot = join(directory, 'recorded.snap');
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeSnapshot(store)) chunks.push(chunk);
  writeFileSync(snapshot, Buffer.concat(chunks));
  await store.close();
  return { yaml, snapshot, pods };
}

test('a recorded cluster goes on where it was, on simulated nodes', async () => {
  const { yaml, snapshot, pods } = await record();
  for (const recorded of [yaml, snapshot]) {
    const cluster = await Cluster.start({ recorded, clock: new VirtualClock(Date.UTC(2026, 5, 1)), seed: 2 });
    try {
      await cluster.advance(30_000);
      const now = (await cluster.client.of(Pods).list({ namespace: 'default' })).items;
      const told = ({ metadata, spec, status }: Pod) => [metadata?.name, metadata?.uid, spec?.nodeName, status?.podIP];
      expect(now.map(told)).toEqual(pods.map(told));
      const nodes = (await cluster.client.of(Nodes).list({})).items;
      const isReady = nodes.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
      expect(isReady).toEqual(['True', 'True']);
      const autoscaler = await cluster.client.of(HorizontalPodAutoscalersV1).get('web', { namespace: 'default' });
      expect(autoscaler.spec).toMatchObject({ maxReplicas: 9 });
      await cluster.client.of(Pods).delete(pods[0]?.metadata?.name ?? '', { namespace: 'default' });
      await cluster.advance(10_000);
      const after = (await cluster.client.of(Pods).list({ namespace: 'default' })).items;
      expect(after.filter(({ status }) => status?.phase === 'Running')).toHaveLength(3);
      expect(new Set(after.map(({ status }) => status?.podIP)).size).toBe(3);
    } finally {
      await cluster.stop();
    }
  }
  const store = createMemoryStore();
  const skipped = await (await readRecordedCluster(yaml)).load(store, 0);
  await store.close();
  const reason = 'no matches for kind "Widget" in version "example.com/v1"';
  expect(skipped).toEqual([{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', reason }]);
});

test('namespaces that were not recorded are there, so that what is in them can heal', async () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'app', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
  };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'n' }, spec: {}, status: {} };
  const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
  const path = join(directory, 'all.json');
  const items = [deployment, { ...node, status: { capacity, allocatable: capacity } }];
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const cluster = await Cluster.start({ recorded: path, clock: new VirtualClock(Date.UTC(2026, 5, 1)), seed: 1 });
  try {
    const { metadata, status } = await cluster.client.of(Namespaces).get('app');
    expect([metadata?.creationTimestamp, status?.phase]).toEqual(['2026-01-01T00:00:00Z', 'Active']);
    await cluster.advance(60_000);
    const pods = (await cluster.client.of(Pods).list({ namespace: 'app' })).items;
    expect(pods.map((pod) => pod.status?.phase)).toEqual(['Running']);
  } finally {
    await cluster.stop();
  }
});

test('what was cleaned of uids and ages belongs together all the same, and goes on', async () => {
  const { yaml } = await record();
  const path = join(directory, 'clean.json');
  const list = parseYamlDocuments(readFileSync(yaml, 'utf8'))[0]?.value as { items: KubernetesObject[] };
  const items = list.items.map(({ metadata, ...object }) => {
    const { name = '', namespace, labels, ownerReferences, annotations } = metadata ?? {};
    return { ...object, metadata: { name, namespace, labels, ownerReferences, annotations } };
  });
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'none',
      hostPath: { path: '/tmp' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data', uid: 'before' },
    },
    status: { phase: 'Bound' },
  };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'none',
      volumeName: 'disk',
      resources: { requests: { storage: '1Gi' } },
    },
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
  };
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, volume, claim] }));
  const start = Date.UTC(2026, 5, 1);
  const cluster = await Cluster.start({ recorded: path, clock: new VirtualClock(start), seed: 1 });
  try {
    const pods = cluster.client.of(Pods);
    const before = (await pods.list({ namespace: 'default' })).items;
    await cluster.advance(60_000);
    const after = (await pods.list({ namespace: 'default' })).items;
    expect(after.map(({ metadata }) => metadata?.uid)).toEqual(before.map(({ metadata }) => metadata?.uid));
    expect(new Set(before.map(({ metadata }) => metadata?.uid)).size).toBe(3);
    expect(before[0]?.metadata?.creationTimestamp).toBe('2026-06-01T00:00:00Z');
    const [set] = (await cluster.client.of(ReplicaSets).list({ namespace: 'default' })).items;
    expect(set?.status?.readyReplicas).toBe(3);
    expect((await cluster.client.of(PersistentVolumeClaims).get('data', { namespace: 'default' })).status?.phase).toBe(
      'Bound',
    );
  } finally {
    await cluster.stop();
  }
});

test.each([
  ['was not recorded', 'test-776999688b', undefined],
  ['another release wrote', 'test-c77f6d978', { creationTimestamp: null }],
])('pods of a StatefulSet whose revision %s stay', async (_, revision, written) => {
  const container = {
    image: 'test',
    imagePullPolicy: 'Always',
    name: 'test',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
  const defaults = {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  };
  const template = {
    metadata: { annotations: { test: 'value' }, labels: { app: 'foo' }, ...written },
    spec: { containers: [container], ...defaults },
  };
  const of = (kind: string, apiVersion: string, name: string, uid: string) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'default', uid, creationTimestamp: '2025-11-03T19:46:23Z' },
  });
  const set = of('StatefulSet', 'apps/v1', 'test', 'a1');
  const pod = of('Pod', 'v1', 'test-0', 'a2');
  const kept = of('ControllerRevision', 'apps/v1', revision, 'a3');
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'test', uid: 'a1', controller: true };
  const ownerReferences = [{ ...owner, blockOwnerDeletion: true }];
  const counts = { replicas: 1, readyReplicas: 1, availableReplicas: 1, currentReplicas: 1, updatedReplicas: 1 };
  const revisions = { collisionCount: 0, currentRevision: revision, updateRevision: revision };
  const labels = {
    app: 'foo',
    'apps.kubernetes.io/pod-index': '0',
    'controller-revision-hash': revision,
    'statefulset.kubernetes.io/pod-name': 'test-0',
  };
  const items: object[] = [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'a4' } },
    {
      ...set,
      spec: { replicas: 1, selector: { matchLabels: { app: 'foo' } }, serviceName: '', template },
      status: { ...counts, ...revisions, observedGeneration: 1 },
    },
    {
      ...pod,
      metadata: { ...pod.metadata, labels, ownerReferences },
      spec: { ...template.spec, nodeName: 'n', hostname: 'test-0' },
      status: { phase: 'Running' },
    },
  ];
  if (written !== undefined) {
    const metadata = { ...kept.metadata, labels: { app: 'foo' }, ownerReferences };
    items.push({ ...kept, metadata, data: { spec: { template: { ...template, $patch: 'replace' } } }, revision: 1 });
  }
  const recorded = join(directory, `${revision}.yaml`);
  writeFileSync(recorded, stringifyYaml({ apiVersion: 'v1', kind: 'List', items }));
  const cluster = await Cluster.start({ recorded, clock: new VirtualClock(Date.UTC(2026, 5, 1)), seed: 2 });
  try {
    await cluster.advance(60_000);
    const now = await cluster.client.of(Pods).get('test-0', { namespace: 'default' });
    expect([now.metadata?.uid, now.metadata?.labels?.['controller-revision-hash']]).toEqual(['a2', revision]);
    const { items: all } = await cluster.client.of(ControllerRevisions).list({});
    expect(all.map(({ metadata }) => metadata?.name)).toEqual([revision]);
  } finally {
    await cluster.stop();
  }
});

test('pods of a DaemonSet whose revision was not recorded stay', async () => {
  const clock = () => new VirtualClock(Date.UTC(2026, 5, 1));
  const recorder = await Cluster.start({ clock: clock(), seed: 1, simulatedNodes: 2 });
  await recorder.advance(1000);
  const template = { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const spec = { selector: { matchLabels: { app: 'agent' } }, template };
  await recorder.client.of(DaemonSets).create({ metadata: { name: 'agent', namespace: 'default' }, spec } as never);
  await recorder.advance(30_000);
  const items: object[] = [];
  for (const each of [Nodes, DaemonSets, Pods] as AnyResourceDefinition[]) {
    const { items: some } = await recorder.client.of(each).list({});
    items.push(...some.map((object) => ({ ...object, apiVersion: apiVersionOf(each), kind: each.kind })));
  }
  const pods = (await recorder.client.of(Pods).list({})).items;
  await recorder.stop();
  const hash = pods[0]?.metadata?.labels?.['controller-revision-hash'] ?? '';
  const recorded = join(directory, 'daemons.yaml');
  // The hash is another program's.
  writeFileSync(recorded, stringifyYaml({ apiVersion: 'v1', kind: 'List', items }).replaceAll(hash, '6b8c9f7d5'));
  const cluster = await Cluster.start({ recorded, clock: clock(), seed: 2 });
  try {
    await cluster.advance(60_000);
    const now = (await cluster.client.of(Pods).list({})).items;
    expect(now.map(({ metadata }) => metadata?.uid)).toEqual(pods.map(({ metadata }) => metadata?.uid));
    const set = await cluster.client.of(DaemonSets).get('agent', { namespace: 'default' });
    expect(set.status).toMatchObject({ updatedNumberScheduled: 2, numberReady: 2 });
    const { items: revisions } = await cluster.client.of(ControllerRevisions).list({});
    expect(revisions.map(({ metadata }) => metadata?.name)).toEqual(['agent-6b8c9f7d5']);
  } finally {
    await cluster.stop();
  }
});

test('what is no recording is refused', async () => {
  const path = join(directory, 'junk');
  writeFileSync(path, 'junk');
  await expect(readRecordedCluster(path)).rejects.toThrow('document 1 is no object with a kind');
});

test('what had to be left out is told', async () => {
  const path = join(directory, 'foreign');
  writeFileSync(
    path,
    '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"example.com/v1","kind":"Foo","metadata":{"name":"f"}}]}',
  );
  const lines: unknown[] = [];
  const logger = createLogger((level, message, fields) => lines.push([level, message, fields]), 'warn');
  const cluster = await Cluster.start({ recorded: path, controllers: false, scheduler: false, logger });
  await cluster.stop();
  const reason = 'no matches for kind "Foo" in version "example.com/v1"';
  const fields = { apiVersion: 'example.com/v1', kind: 'Foo', name: 'f', reason };
  expect(lines).toEqual([['warn', 'recorded object left out', fields]]);
});
