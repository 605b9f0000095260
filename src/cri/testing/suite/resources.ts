import { describe, expect, test } from 'vitest';
import type { CriHarness } from '../cri-harness.ts';

/** Limits and what they do, usage. */
export function resourceSuite(harness: () => CriHarness): void {
  describe('resources', () => {
    test('a container that takes too much memory is killed and says so', async () => {
      const container = await harness().run({
        command: ['sh', '-c', 'tail /dev/zero'],
        resources: { memoryLimitInBytes: 20 << 20 },
      });
      expect(await harness().exited(container)).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    });

    const cgroupValue = (controller: string, v1: string, v2: string) =>
      `cat /sys/fs/cgroup/${v2} 2>/dev/null || cat /sys/fs/cgroup/${controller}/${v1}`;
    const memoryLimit = cgroupValue('memory', 'memory.limit_in_bytes', 'memory.max');

    test('limits are set and can be changed', async () => {
      const container = await harness().runForever({
        resources: {
          memoryLimitInBytes: 64 << 20,
          cpuShares: 512,
          cpuQuota: 50_000,
          cpuPeriod: 100_000,
          pidsLimit: 77,
        },
      });
      const read = async (script: string) => (await harness().execText(container, 'sh', '-c', script)).trim();
      expect(await read(memoryLimit)).toBe(String(64 << 20));
      expect(await read(cgroupValue('pids', 'pids.max', 'pids.max'))).toBe('77');
      expect(await read(cgroupValue('cpu', 'cpu.cfs_quota_us', 'cpu.max'))).toMatch(/^50000/);
      await harness().cri.updateContainerResources(container.id, {
        memoryLimitInBytes: 96 << 20,
        cpuQuota: 70_000,
        cpuPeriod: 100_000,
      });
      expect(await read(memoryLimit)).toBe(String(96 << 20));
      expect(await read(cgroupValue('cpu', 'cpu.cfs_quota_us', 'cpu.max'))).toMatch(/^70000/);
    });

    test('shields from the kernel as far as this machine lets it', async () => {
      const adjusted = (oomScoreAdj: number) =>
        harness().output('cat /proc/self/oom_score_adj', { resources: { oomScoreAdj } });
      expect(await adjusted(1000)).toBe('1000\n');
      // Below its own value only with CAP_SYS_RESOURCE; never a failure.
      expect(Number(await adjusted(-997))).toBeLessThanOrEqual(0);
    });

    test('reports usage', async () => {
      const container = await harness().run({
        command: [
          'sh',
          '-c',
          'head -c 3000000 /dev/zero > /file; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo x > /ready; sleep 1000',
        ],
      });
      await harness().cri.execSync(container.id, ['sh', '-c', 'until [ -e /ready ]; do sleep 0.02; done']);
      const stats = await harness().cri.containerStats(container.id);
      expect(stats.timestamp).toBeGreaterThan(0);
      expect(stats.cpuUsageNanoseconds).toBeGreaterThan(1_000_000);
      expect(stats.memoryWorkingSetBytes).toBeGreaterThan(0);
      expect(stats.writableLayerBytes).toBeGreaterThanOrEqual(3_000_000);
      await expect(harness().cri.containerStats('none')).rejects.toMatchObject({ code: 'NotFound' });
    });
  });
}
