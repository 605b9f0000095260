import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CriHarness } from '../cri-harness.ts';

/** What containers share, see and may do. */
export function isolationSuite(harness: () => CriHarness): void {
  describe('isolation', () => {
    test('gives a pod its host name, resolver and loopback', async () => {
      const output = await harness().output('hostname; cat /etc/hostname /etc/resolv.conf; ip -o link | wc -l', {
        sandbox: await harness().sandbox({ hostname: 'web-0' }),
      });
      expect(output).toBe(
        'web-0\nweb-0\nsearch default.svc.cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n1\n',
      );
    });

    test('containers of a pod share network, host name and memory, not processes', async () => {
      const sandbox = await harness().sandbox();
      const server = await harness().run({
        sandbox,
        command: ['sh', '-c', 'echo shared > /dev/shm/file; echo hi | nc -l -p 8080; sleep 1000'],
      });
      const script =
        'cat /dev/shm/file; until nc 127.0.0.1 8080; do sleep 0.02; done; ps -o args | grep -c "[s]leep 1000"';
      expect(await harness().output(script, { sandbox })).toBe('shared\nhi\n0\n');
      expect(await harness().execText(server, 'cat', '/proc/1/cmdline')).toContain('sleep');
    });

    test('shares processes when the pod says so, and reaps what they leave', async () => {
      const namespaces = { network: 'POD', pid: 'POD', ipc: 'POD' } as const;
      const sandbox = await harness().sandbox({ namespaces });
      const sleeper = await harness().run({ sandbox, command: ['sh', '-c', 'sleep 1234 & sleep 4321'] });
      const other = await harness().runForever({ sandbox });
      expect(await harness().execText(other, 'ps', '-o', 'args')).toMatch(/sleep 1234[\s\S]*sleep 1000/);
      await harness().cri.stopContainer(sleeper.id, 0);
      expect(await harness().execText(other, 'ps', '-o', 'args')).not.toMatch(/sleep 1234|sleep 4321/);
      await harness().cri.stopPodSandbox(sandbox.id);
    });

    test('uses the node when the pod says so', async () => {
      const namespaces = { network: 'NODE', pid: 'NODE', ipc: 'NODE' } as const;
      const sandbox = await harness().sandbox({ namespaces, hostname: hostname() });
      const container = await harness().runForever({ sandbox });
      expect(await harness().cri.podSandboxStatus(sandbox.id)).toMatchObject({ ips: [] });
      const links = await harness().execText(container, 'ls', '/sys/class/net');
      expect(links.trim().split(/\s+/).length).toBeGreaterThan(0);
      expect(await harness().execText(container, 'hostname')).toBe(`${hostname()}\n`);
      expect(await harness().execText(container, 'readlink', '/proc/self/ns/net')).toBe(
        `${readlinkSync('/proc/self/ns/net')}\n`,
      );
    });

    test('sets sysctls of the pod', async () => {
      const sysctls = { 'net.ipv4.ip_local_port_range': '2000 3000', 'kernel.shm_rmid_forced': '1' };
      const script = 'cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/shm_rmid_forced';
      expect(await harness().output(script, { sandbox: await harness().sandbox({ sysctls }) })).toBe('2000\t3000\n1\n');
    });

    test('mounts directories and files, read-only if asked', async () => {
      const volume = join(harness().directory, 'volume');
      mkdirSync(volume, { recursive: true });
      writeFileSync(join(volume, 'in'), 'from outside\n');
      writeFileSync(join(harness().directory, 'hosts'), '127.0.0.1 localhost\n');
      const mounts = [
        { containerPath: '/data', hostPath: volume, readonly: false },
        { containerPath: '/data/fixed', hostPath: volume, readonly: true },
        { containerPath: '/etc/hosts', hostPath: join(harness().directory, 'hosts'), readonly: false },
      ];
      const script = 'cat /data/in /etc/hosts; echo inside > /data/out; echo x > /data/fixed/no || echo refused';
      expect(await harness().output(script, { mounts })).toBe('from outside\n127.0.0.1 localhost\nrefused\n');
      expect(readFileSync(join(volume, 'out'), 'utf8')).toBe('inside\n');
    });

    const facts = 'grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status | tr -d "\\t"';

    test('has the default capabilities, can drop and add', async () => {
      expect(await harness().output(facts)).toMatch(/^CapEff:00000000a80425fb\nNoNewPrivs:0\nSeccomp:0\n$/);
      const none = { capabilities: { add: [], drop: ['ALL'] }, noNewPrivileges: true };
      expect(await harness().output(facts, { security: none })).toMatch(/^CapEff:0000000000000000\nNoNewPrivs:1\n/);
      const one = { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } };
      expect(await harness().output(facts, { security: one })).toMatch(/^CapEff:0000000000001000\n/);
    });

    test('applies the default system call filter when asked', async () => {
      const security = { seccompProfile: 'RuntimeDefault' } as const;
      expect(await harness().output(`${facts}; unshare -m true || echo refused`, { security })).toMatch(
        /Seccomp:2\n.*refused\n$/s,
      );
    });

    const attempts = [
      'mkdir -p /mnt; mount -t tmpfs t /mnt 2>/dev/null && echo mounted',
      'for group in /sys/fs/cgroup /sys/fs/cgroup/pids; do [ -e $group/cgroup.procs ] && echo 0 > $group/cgroup.procs && echo cgroup; done',
      'grep -q " /proc/sys proc ro," /proc/mounts || echo settings',
      'ls /dev/full /dev/mem /dev/loop-control >/dev/null && echo devices',
      'ls /sys/firmware | grep -q . && echo firmware',
    ].join('\n');

    test('keeps a container from the machine', async () => {
      expect(await harness().output(attempts)).toBe('');
    });

    test('gives a privileged container the machine', async () => {
      expect(await harness().output(attempts, { security: { privileged: true } })).toMatch(
        /^mounted\n(cgroup\n)*settings\n/,
      );
    });

    test('can have a read-only root', async () => {
      const script = 'touch /x || echo refused; touch /dev/shm/y && echo shm';
      expect(await harness().output(script, { security: { readonlyRootfs: true } })).toBe('refused\nshm\n');
    });
  });
}
