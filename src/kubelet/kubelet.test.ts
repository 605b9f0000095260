import { afterEach, expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { systemClock } from '#base/clock.ts';
import { Cluster } from '#testing/cluster.ts';
import { KubeletHarness } from './testing/kubelet-harness.ts';
import { exitAfter, type MemoryImage, MemoryRuntime, runUntilStopped } from './testing/memory-runtime.ts';

let harness: KubeletHarness | undefined;
afterEach(async () => {
  await harness?.stop();
  harness = undefined;
});

const IMAGES: Readonly<Record<string, MemoryImage>> = {
  'app:1': { program: runUntilStopped },
  'app:2': { program: runUntilStopped },
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
