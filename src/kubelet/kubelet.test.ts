import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { systemClock } from '#base/clock.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { KubeletHarness } from './testing/kubelet-harness.ts';
import { exitAfter, type MemoryImage, MemoryRuntime, runUntilStopped } from './testing/memory-runtime.ts';

let harness: KubeletHarness | undefined;
afterEach(async () => {
  await harness?.stop();
  harness = undefined;
});

const hooks: string[] = [];
const IMAGES: Readonly<Record<string, MemoryImage>> = {
  'app:1': { program: runUntilStopped },
  'app:2': {
    program: runUntilStopped,
    exec: ([command = '']) => {
      hooks.push(command);
      return { exitCode: command === 'nope' ? 1 : 0 };
    },
  },
  'done:1': { program: exitAfter(0, 0) },
  'fail:1': { program: exitAfter(0, 3) },
  'remote:1': { program: runUntilStopped, remote: true },
};

async function start(): Promise<{ readonly h: KubeletHarness; readonly runtime: MemoryRuntime }> {
  const runtime = new MemoryRuntime({ clock: systemClock, images: IMAGES });
  harness = await KubeletHarness.start({
    runtime,
    cluster: await Cluster.start({ controllers: false, scheduler: false }),
  });
  return { h: harness, runtime };
}

const container = (image: string, more: object = {}) => ({ name: 'c', image, ...more });
const conditions = ({ status }: Pod) =>
  Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status: value, reason }) => [type, reason ? `${value} ${reason}` : value]),
  );
const isPhase = (phase: string) => (pod: Pod) => pod.status?.phase === phase;

test('a pod runs, and its events say how', async () => {
  const { h } = await start();
  await h.create('a', { containers: [container('app:1')] });
  await h.until('a', isPhase('Running'));
  expect(h.events.slice(-3)).toEqual([
    'Normal Pulled Container image "app:1" already present on machine and can be accessed by the pod',
    'Normal Created Container created',
    'Normal Started Container started',
  ]);
});

test('a deleted pod is stopped gracefully and goes', async () => {
  const { h, runtime } = await start();
  await h.create('a', { containers: [container('app:1')] });
  await h.until('a', isPhase('Running'));
  runtime.calls.length = 0;
  await h.delete('a');
  await h.gone('a');
  expect(runtime.calls).toEqual(['stopContainer c 30', 'stopPodSandbox a']);
  expect(h.events.at(-1)).toBe('Normal Killing Stopping container c');
});

test('a pod that never restarts ends as its containers do', async () => {
  const { h } = await start();
  await h.create('ok', { restartPolicy: 'Never', containers: [container('done:1')] });
  await h.create('bad', { restartPolicy: 'Never', containers: [container('fail:1')] });
  const ok = await h.until('ok', isPhase('Succeeded'));
  const bad = await h.until('bad', isPhase('Failed'));
  expect([conditions(ok), bad.status?.containerStatuses?.[0]?.state?.terminated]).toMatchObject([
    {
      PodReadyToStartContainers: 'False',
      Initialized: 'True PodCompleted',
      Ready: 'False PodCompleted',
      ContainersReady: 'False PodCompleted',
      PodScheduled: 'True',
    },
    { exitCode: 3, reason: 'Error' },
  ]);
});

test('a container that keeps failing is put off', async () => {
  const { h } = await start();
  await h.create('a', { containers: [container('fail:1')] });
  const pod = await h.until(
    'a',
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
  );
  const uid = pod.metadata?.uid;
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    ready: false,
    state: { waiting: { message: `back-off 10s restarting failed container=c pod=a_default(${uid})` } },
    lastState: { terminated: { exitCode: 3 } },
  });
  expect(h.events).toContain(`Warning BackOff Back-off restarting failed container c in pod a_default(${uid})`);
  await h.delete('a', 0);
  await h.gone('a');
});

test('init containers run in order, restartable ones beside the others, and end last', async () => {
  const { h, runtime } = await start();
  await h.create('a', {
    initContainers: [
      { name: 'first', image: 'done:1' },
      { name: 'sidecar', image: 'app:1', restartPolicy: 'Always' },
      { name: 'last', image: 'done:1' },
    ],
    containers: [container('app:1')],
  });
  const pod = await h.until(
    'a',
    ({ status }) => status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false,
  );
  expect(pod.status?.initContainerStatuses?.map(({ name, ready }) => [name, ready])).toEqual([
    ['first', true],
    ['sidecar', true],
    ['last', true],
  ]);
  await h.delete('a');
  await h.gone('a');
  expect(runtime.calls.filter((call) => /^(startC|stopC)/.test(call))).toEqual([
    'startContainer first',
    'startContainer sidecar',
    'startContainer last',
    'startContainer c',
    'stopContainer c 30',
    'stopContainer sidecar 30',
  ]);
});

test('an image is pulled when it is not there, and a failed pull is told', async () => {
  const { h } = await start();
  await h.create('a', { containers: [container('remote:1')] });
  await h.until('a', isPhase('Running'));
  expect(h.events).toContain('Normal Pulling Pulling image "remote:1"');
  expect(
    h.events.some((each) =>
      /^Normal Pulled Successfully pulled image "remote:1" in .*s \(.*s including waiting\). Image size: 1000 bytes.$/.test(
        each,
      ),
    ),
  ).toBe(true);
  await h.create('b', { containers: [container('nowhere:1')] });
  const pod = await h.until(
    'b',
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
  );
  expect(pod.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
    'failed to pull image "nowhere:1": not found',
  );
  await h.until('b', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff');
  expect(h.events).toContain('Warning Failed Error: ImagePullBackOff');
});

test('a new kubelet finds what runs and leaves it running', async () => {
  const { h, runtime } = await start();
  await h.create('a', { containers: [container('app:1')] });
  await h.create('b', { containers: [container('app:1')] });
  const before = await h.until('a', isPhase('Running'));
  await h.until('b', isPhase('Running'));
  await h.stopKubelet();
  await h.delete('b', 0);
  runtime.calls.length = 0;
  await h.startKubelet();
  await h.until('a', () => runtime.calls.includes('stopPodSandbox b'));
  const after = await h.get('a');
  expect([runtime.calls, after.status]).toEqual([['stopContainer c 30', 'stopPodSandbox b'], before.status]);
});

test('a new image restarts the container', async () => {
  const { h } = await start();
  await h.create('a', { containers: [container('app:1')] });
  await h.until('a', isPhase('Running'));
  await h.pods.patch(
    'a',
    { type: 'application/strategic-merge-patch+json', body: { spec: { containers: [{ name: 'c', image: 'app:2' }] } } },
    { namespace: 'default' },
  );
  const pod = await h.until('a', ({ status }) => status?.containerStatuses?.[0]?.image === 'app:2');
  expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  expect(h.events).toContain('Normal Killing Container c definition changed, will be restarted');
});

test('a broken sandbox is made anew', async () => {
  const { h, runtime } = await start();
  const { metadata } = await h.create('a', { containers: [container('app:1')] });
  await h.until('a', isPhase('Running'));
  runtime.breakSandbox(metadata?.uid ?? '');
  const pod = await h.until('a', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
  expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(137);
  expect(h.events).toContain('Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.');
});

test('a container that is sick is restarted, one that is not ready only told', async () => {
  const { h } = await start();
  const probe = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 1 };
  await h.create('sick', { containers: [container('app:1', { livenessProbe: probe })] });
  await h.create('slow', { containers: [container('app:1', { readinessProbe: probe })] });
  const sick = await h.until('sick', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
  const slow = await h.until('slow', isPhase('Running'));
  expect([sick.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, conditions(slow)['Ready']]).toEqual([
    0,
    'False ContainersNotReady',
  ]);
  expect(h.events).toEqual(
    expect.arrayContaining([
      'Warning Unhealthy Liveness probe failed: not found\n',
      'Warning Unhealthy Readiness probe failed: not found\n',
      'Normal Killing Container c failed liveness probe, will be restarted',
    ]),
  );
});

test('what a pod refers to may come later', async () => {
  const { h } = await start();
  const configMaps = h.cluster.client.of(ConfigMaps);
  const later = { configMapKeyRef: { name: 'later', key: 'x' } };
  await h.create('env', { containers: [container('app:1', { env: [{ name: 'X', valueFrom: later }] })] });
  await h.create('vol', {
    containers: [container('app:1', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
    volumes: [{ name: 'v', configMap: { name: 'later' } }],
  });
  const env = await h.until(
    'env',
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  );
  await h.until('vol', () =>
    h.events.includes('Warning FailedMount MountVolume.SetUp failed for volume "v" : configmap "later" not found'),
  );
  expect(env.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('configmap "later" not found');
  await configMaps.create({ metadata: { name: 'later', namespace: 'default' }, data: { x: '1' } });
  await h.until('env', isPhase('Running'));
  const vol = await h.until('vol', isPhase('Running'));
  const file = join(h.root, 'pods', vol.metadata?.uid ?? '', 'volumes/kubernetes.io~configmap/v/x');
  const before = await readFile(file, 'utf8');
  await configMaps.update({ metadata: { name: 'later', namespace: 'default' }, data: { x: '2' } });
  await h.until('vol', () => readFileSync(file, 'utf8') === '2');
  expect(before).toBe('1');
});

test('a pod may be active only so long', async () => {
  const { h } = await start();
  await h.create('a', { activeDeadlineSeconds: 1, containers: [container('app:1')] });
  const pod = await h.until('a', isPhase('Failed'));
  expect([pod.status?.reason, pod.status?.message]).toEqual([
    'DeadlineExceeded',
    'Pod was active on the node longer than the specified deadline',
  ]);
});

test('hooks run after the start and before the end', async () => {
  const { h } = await start();
  const hook = (command: string) => ({ exec: { command: [command] } });
  await h.create('a', {
    containers: [container('app:2', { lifecycle: { postStart: hook('hello'), preStop: hook('bye') } })],
  });
  await h.until('a', isPhase('Running'));
  await h.delete('a');
  await h.gone('a');
  await h.create('b', { containers: [container('app:2', { lifecycle: { postStart: hook('nope') } })] });
  const pod = await h.until('b', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  expect([hooks, pod.status?.phase, h.events.includes('Warning FailedPostStartHook PostStartHook failed')]).toEqual([
    expect.arrayContaining(['hello', 'bye']),
    'Running',
    true,
  ]);
});

test('a pod that the node has no room for is refused', async () => {
  const { h } = await start();
  await h.create('a', { containers: [container('app:1', { resources: { requests: { cpu: '10000' } } })] });
  const pod = await h.until('a', isPhase('Failed'));
  expect(pod.status?.reason).toBe('OutOfcpu');
});

test('resources change while a container runs', async () => {
  const { h, runtime } = await start();
  await h.create('a', { containers: [container('app:1', { resources: { limits: { cpu: '100m' } } })] });
  await h.until('a', isPhase('Running'));
  const body = { spec: { containers: [{ name: 'c', resources: { limits: { cpu: '200m' } } }] } };
  await h.pods.patch(
    'a',
    { type: 'application/strategic-merge-patch+json', body },
    { namespace: 'default', subresource: 'resize' },
  );
  const pod = await h.until('a', ({ status }) => status?.containerStatuses?.[0]?.resources?.limits?.['cpu'] === '200m');
  expect([pod.status?.containerStatuses?.[0]?.restartCount, runtime.calls.at(-1)]).toEqual([
    0,
    'updateContainerResources {"cpuPeriod":100000,"cpuQuota":20000,"cpuShares":102,"oomScoreAdj":999}',
  ]);
});

test('back-off grows on the injected clock', async () => {
  const clock = new VirtualClock();
  const runtime = new MemoryRuntime({ clock, images: { 'fail:1': { program: async () => 1 } } });
  harness = await KubeletHarness.start({ runtime, clock, cluster: await Cluster.start({ clock }) });
  await harness.create('a', { containers: [container('fail:1')] });
  const delays: string[] = [];
  for (const delay of [10, 20, 40, 80, 160, 300, 300]) {
    const text = `back-off ${delay < 60 ? `${delay}s` : `${Math.floor(delay / 60)}m${delay % 60}s`} `;
    const restarts = delays.length + 1;
    const pod = await harness.until('a', ({ status }) => {
      const [own] = status?.containerStatuses ?? [];
      return own?.restartCount === restarts && (own.state?.waiting?.message?.startsWith(text) ?? false);
    });
    delays.push(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
    clock.advance(delay * 1000);
  }
  expect(delays).toEqual(Array(7).fill('CrashLoopBackOff'));
});
