import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { CGROUP, type CriHarness, logText } from '../cri-harness.ts';

/** What another process finds that opens the same directories, and what is left after the end. */
export function recoverySuite(harness: () => CriHarness): void {
  describe('recovery', () => {
    afterEach(() => harness().cleanUp());

    test('running containers run on and are found', async () => {
      const container = await harness().run({
        command: ['sh', '-c', 'mkfifo /tmp/go; echo before; read line < /tmp/go; echo after; exit 9'],
      });
      const before = await harness().cri.containerStatus(container.id);
      const sandbox = await harness().cri.podSandboxStatus(container.sandboxId);
      await harness().restart();
      expect(await harness().cri.containerStatus(container.id)).toEqual(before);
      expect(await harness().cri.podSandboxStatus(container.sandboxId)).toEqual(sandbox);
      await harness().execText(container, 'sh', '-c', 'echo go > /tmp/go');
      expect(await harness().exited(container)).toMatchObject({ exitCode: 9, reason: 'Error' });
      expect(logText(container.logPath)).toBe('before\nafter\n');
    });

    test('knows how containers ended that ended meanwhile', async () => {
      const ending = await harness().run({ command: ['sh', '-c', 'echo out; sleep 0.3; exit 8'] });
      await harness().restart(async () => {
        const { pid } = await pidOf(ending.id);
        while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 20));
      });
      expect(await harness().exited(ending)).toMatchObject({ exitCode: 8, reason: 'Error' });
    });

    /** From the outside: the process whose control group has the container's name. */
    async function pidOf(id: string): Promise<{ pid: string }> {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          const ended = /^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
          if (!ended && readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id)) return { pid };
        } catch {
          // The process ended while we looked.
        }
      }
      throw new Error(`no process of container ${id}`);
    }

    test('notices an end that nobody was left to tell of', async () => {
      const container = await harness().runForever();
      const { pid } = await harness().cri.containerStatus(container.id);
      const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
      process.kill(parent, 'SIGKILL');
      process.kill(pid, 'SIGKILL');
      let status = await harness().cri.containerStatus(container.id);
      while (status.state === 'RUNNING') status = (await harness().cri.listContainers({ id: container.id }))[0]!;
      expect(status).toMatchObject({ state: 'EXITED', exitCode: 255, reason: 'Unknown' });
    });

    test('a created container can be started later', async () => {
      const sandbox = await harness().sandbox();
      const config = harness().containerConfig({ command: ['sh', '-c', 'exit 2'] });
      const id = await harness().cri.createContainer(sandbox.id, config, sandbox.config);
      await harness().restart();
      expect(await harness().cri.containerStatus(id)).toMatchObject({ state: 'CREATED' });
      await harness().cri.startContainer(id);
      expect(await harness().exited({ id })).toMatchObject({ exitCode: 2 });
    });

    test('removal leaves no process, mount, namespace or control group behind', async () => {
      const namespaces = { network: 'POD', pid: 'POD', ipc: 'POD' } as const;
      const container = await harness().runForever({ sandbox: await harness().sandbox({ namespaces }) });
      await harness().cri.removePodSandbox(container.sandboxId);
      const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
      expect(mounts).not.toContain(container.id);
      expect(mounts).not.toContain(container.sandboxId);
      await expect(pidOf(container.id)).rejects.toThrow('no process');
      await expect(pidOf(container.sandboxId)).rejects.toThrow('no process');
    });

    test('destroy takes everything away, whatever still runs', async () => {
      const level = `/${CGROUP}/level`;
      const sandbox = await harness().sandbox({ cgroupParent: `${level}/pod` });
      const container = await harness().runForever({ sandbox });
      const { pid } = await harness().cri.containerStatus(container.id);
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      expect(groups).toContain(level);
      await harness().engine.destroy();
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(['', '/pids', '/memory'].filter((name) => existsSync(`/sys/fs/cgroup${name}${level}`))).toEqual([]);
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${harness().directory}/`);
      await harness().engine.start();
    });
  });
}
