import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CriHarness, logText } from '../cri-harness.ts';

/** Sandboxes and containers from creation to removal. */
export function lifecycleSuite(harness: () => CriHarness): void {
  describe('lifecycle', () => {
    test('says who it is and that it is ready', async () => {
      expect(await harness().cri.version()).toMatchObject({ runtimeApiVersion: 'v1' });
      const { conditions } = await harness().cri.status();
      expect(conditions.map(({ type, status }) => [type, status])).toEqual([
        ['RuntimeReady', true],
        ['NetworkReady', true],
      ]);
    });

    test('runs a container to its end', async () => {
      const { cri } = harness();
      const sandbox = await harness().sandbox();
      const container = await harness().run({
        sandbox,
        command: ['sh', '-c', 'echo out; echo err >&2'],
        labels: { a: 'b' },
        annotations: { c: 'd' },
      });
      const status = await harness().exited(container);
      const image = await harness().images.imageStatus('busybox');
      expect(status).toMatchObject({
        id: container.id,
        sandboxId: sandbox.id,
        metadata: { name: 'main', attempt: 0 },
        state: 'EXITED',
        exitCode: 0,
        reason: 'Completed',
        message: '',
        image: 'busybox',
        imageRef: image?.id,
        labels: { a: 'b' },
        annotations: { c: 'd' },
        logPath: container.logPath,
      });
      expect(status.createdAt).toBeGreaterThan(0);
      expect(status.startedAt).toBeGreaterThanOrEqual(status.createdAt);
      expect(status.finishedAt).toBeGreaterThanOrEqual(status.startedAt);
      expect([logText(container.logPath, 'stdout'), logText(container.logPath, 'stderr')]).toEqual(['out\n', 'err\n']);
      expect(await cri.podSandboxStatus(sandbox.id)).toMatchObject({ state: 'READY', ips: ['127.0.0.1'] });
    });

    test('tells every step as an event', async () => {
      const { cri } = harness();
      const container = await harness().run({ command: ['true'] });
      await harness().exited(container);
      await cri.removeContainer(container.id);
      const mine = () => harness().events.filter(({ containerId }) => containerId === container.id);
      await harness().until(() => mine().length === 4);
      expect(mine().map(({ type }) => type)).toEqual(['CREATED', 'STARTED', 'STOPPED', 'DELETED']);
      const { metadata } = await cri.podSandboxStatus(container.sandboxId);
      expect(mine()[2]).toEqual({
        type: 'STOPPED',
        containerId: container.id,
        sandboxId: container.sandboxId,
        podUid: metadata.uid,
      });
    });

    test.each([
      ['exit 7', 7, 'Error'],
      ['kill -9 $$', 137, 'Error'],
      ['kill -TERM $$; sleep 5', 0, 'Completed'],
    ])('reports how `%s` ended', async (script, exitCode, reason) => {
      // A shell that is process 1 ignores signals it has no handler for, except from outside; a child shell does not.
      const wrapped =
        script === 'exit 7' ? script : `sh -c '${script}'; code=$?; [ $code = 143 ] && exit 0; exit $code`;
      const status = await harness().exited(await harness().run({ command: ['sh', '-c', wrapped] }));
      expect([status.exitCode, status.reason]).toEqual([exitCode, reason]);
    });

    test.each([
      [{}, 'entry cmd\n'],
      [{ args: ['arg'] }, 'entry arg\n'],
      [{ command: ['echo', 'command'] }, 'command\n'],
      [{ command: ['echo'], args: ['arg'] }, 'arg\n'],
    ])('combines image and configuration: %j', async (config, expected) => {
      const container = await harness().run({ image: 'app:v1', ...config });
      await harness().exited(container);
      expect(logText(container.logPath)).toBe(expected);
    });

    test('takes user, directory and environment from the image unless the pod says otherwise', async () => {
      const script = 'id -u; id -g; id -G; pwd; echo $GREETING $NAME $HOME';
      expect(await harness().output(script, { image: 'app:v1', envs: [{ key: 'NAME', value: 'you = me' }] })).toBe(
        '1000\n1001\n1001 50\n/home\nhello you = me /home\n',
      );
      const security = { runAsUser: 12, runAsGroup: 34, supplementalGroups: [56, 78] };
      const overrides = { image: 'app:v1', workingDir: '/tmp', envs: [{ key: 'GREETING', value: '' }], security };
      expect(await harness().output(script, overrides)).toBe('12\n34\n34 56 78\n/tmp\n/\n');
    });

    test('says why a container cannot be started', async () => {
      const sandbox = await harness().sandbox();
      const config = harness().containerConfig({ command: ['/no/such/program'] });
      const id = await harness().cri.createContainer(sandbox.id, config, sandbox.config);
      await expect(harness().cri.startContainer(id)).rejects.toThrow(/\/no\/such\/program.*no such file or directory/i);
      expect(await harness().cri.containerStatus(id)).toMatchObject({
        state: 'EXITED',
        exitCode: 128,
        reason: 'StartError',
      });
    });

    test('stops gently, with the asked-for signal, and by force', async () => {
      const { cri } = harness();
      const sandbox = await harness().sandbox();
      const trap = (signal: string) => `trap 'exit 3' ${signal}; echo ready; while :; do sleep 0.05; done`;
      const stopAfterReady = async (script: string, timeout: number, stopSignal?: string) => {
        const container = await harness().run({
          sandbox,
          command: ['sh', '-c', script],
          ...(stopSignal && { stopSignal }),
        });
        while (!existsSync(container.logPath) || logText(container.logPath) !== 'ready\n') {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await cri.stopContainer(container.id, timeout);
        await cri.stopContainer(container.id, timeout);
        return (await cri.containerStatus(container.id)).exitCode;
      };
      expect(await stopAfterReady(trap('TERM'), 30)).toBe(3);
      expect(await stopAfterReady(trap('USR1'), 30, 'SIGUSR1')).toBe(3);
      expect(await stopAfterReady('trap "" TERM; echo ready; while :; do sleep 0.05; done', 1)).toBe(137);
      expect(await stopAfterReady(trap('TERM'), 0)).toBe(137);
    });

    test('lists by filters', async () => {
      const { cri } = harness();
      const [one, two] = [await harness().sandbox(), await harness().sandbox({ labels: { app: 'other' } })];
      const running = await harness().runForever({ sandbox: one, labels: { role: 'x' } });
      const ended = await harness().run({ sandbox: one, command: ['true'] });
      await harness().exited(ended);
      const containers = async (filter: Parameters<typeof cri.listContainers>[0]) =>
        (await cri.listContainers(filter)).map(({ id }) => id).sort();
      expect(await containers({ sandboxId: one.id })).toEqual([running.id, ended.id].sort());
      expect(await containers({ sandboxId: two.id })).toEqual([]);
      expect(await containers({ state: 'RUNNING' })).toEqual([running.id]);
      expect(await containers({ labels: { role: 'x' } })).toEqual([running.id]);
      expect(await containers({ id: ended.id })).toEqual([ended.id]);
      const sandboxes = async (filter: Parameters<typeof cri.listPodSandboxes>[0]) =>
        (await cri.listPodSandboxes(filter)).map(({ id }) => id);
      expect(await sandboxes({ podUid: two.config.metadata.uid })).toEqual([two.id]);
      expect(await sandboxes({ labels: { app: 'test' } })).toEqual([one.id]);
    });

    test('removes, again and again', async () => {
      const { cri } = harness();
      const { id, sandboxId, logPath } = await harness().runForever();
      const { pid } = await cri.containerStatus(id);
      await cri.removeContainer(id);
      await cri.removeContainer(id);
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      await expect(cri.containerStatus(id)).rejects.toMatchObject({ code: 'NotFound' });
      await cri.stopContainer(id, 1);
      for (let time = 0; time < 2; time++) await cri.stopPodSandbox(sandboxId);
      expect(await cri.podSandboxStatus(sandboxId)).toMatchObject({ state: 'NOTREADY' });
      for (let time = 0; time < 2; time++) await cri.removePodSandbox(sandboxId);
      await expect(cri.podSandboxStatus(sandboxId)).rejects.toMatchObject({ code: 'NotFound' });
      // Logs belong to the kubelet.
      expect(existsSync(dirname(logPath))).toBe(true);
    });

    test('stopping a sandbox stops what runs in it', async () => {
      const { cri } = harness();
      const container = await harness().runForever();
      await cri.stopPodSandbox(container.sandboxId);
      expect(await cri.containerStatus(container.id)).toMatchObject({ state: 'EXITED', exitCode: 137 });
      const config = harness().containerConfig();
      await expect(cri.createContainer(container.sandboxId, config, harness().sandboxConfig())).rejects.toThrow();
    });

    test('refuses an image that is not there', async () => {
      const sandbox = await harness().sandbox();
      const config = harness().containerConfig({ image: 'no-such-image' });
      await expect(harness().cri.createContainer(sandbox.id, config, sandbox.config)).rejects.toMatchObject({
        code: 'NotFound',
      });
    });

    test('keeps the files of an image that is removed while a container uses it', async () => {
      const { images } = harness();
      const path = `${harness().directory}/image.tar`;
      const { writeDockerArchive } = await import('../busybox-image.ts');
      await writeDockerArchive(path, { references: ['short-lived'], layers: [{ 'only-here': 'x' }] });
      expect(await images.importImage(path)).toEqual(['docker.io/library/short-lived:latest']);
      const container = await harness().runForever({ image: 'short-lived' });
      await images.removeImage('short-lived');
      expect(await images.imageStatus('short-lived')).toBeUndefined();
      expect(await harness().execText(container, 'cat', '/only-here')).toBe('x');
    });
  });
}
