import { describe, expect, test } from 'vitest';
import { CgroupTree, legacySettings, unifiedSettings } from './cgroup-tree.ts';

describe('control groups', () => {
  const limits = { cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimitInBytes: 1024, pidsLimit: 7 };

  test('limits of version 1', () => {
    expect(legacySettings(limits)).toEqual([
      { controller: 'cpu', file: 'cpu.shares', value: '512' },
      { controller: 'cpu', file: 'cpu.cfs_period_us', value: '100000' },
      { controller: 'cpu', file: 'cpu.cfs_quota_us', value: '50000' },
      { controller: 'memory', file: 'memory.limit_in_bytes', value: '1024' },
      { controller: 'pids', file: 'pids.max', value: '7' },
    ]);
    expect(legacySettings({})).toEqual([]);
  });

  test('limits of version 2', () => {
    expect(unifiedSettings(limits)).toEqual([
      { controller: 'cpu', file: 'cpu.weight', value: '20' },
      { controller: 'cpu', file: 'cpu.max', value: '50000 100000' },
      { controller: 'memory', file: 'memory.max', value: '1024' },
      { controller: 'pids', file: 'pids.max', value: '7' },
    ]);
    expect(unifiedSettings({ cpuQuota: -1 })).toEqual([]);
  });

  test.each([
    [2, '1'],
    [1024, '39'],
    [262_144, '10000'],
  ])('shares %i become weight %s', (cpuShares, value) => {
    expect(unifiedSettings({ cpuShares })).toEqual([{ controller: 'cpu', file: 'cpu.weight', value }]);
  });

  test.each([
    ['legacy', '/sys/fs/cgroup/memory/a/b'],
    ['hybrid', '/sys/fs/cgroup/memory/a/b'],
    ['unified', '/sys/fs/cgroup/a/b'],
  ] as const)('%s groups are at %s', (mode, expected) => {
    expect(new CgroupTree(mode).directory('memory', '/a/b')).toBe(expected);
  });
});
