import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { missingForContainers } from '#cri/testing/cri-harness.ts';
import { removeRun } from './remove-run.ts';

const start = (directory: string) =>
  spawn(process.execPath, ['-e', 'console.log("runs"); setInterval(() => {}, 1000)'], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

test('a run goes with its processes, and leaves those of others alone', async () => {
  const [directory, others] = [mkdtempSync(join(tmpdir(), 'run-')), mkdtempSync(join(tmpdir(), 'run-'))];
  const [own, other] = [start(directory), start(others)];
  const ended = once(own, 'exit');
  await Promise.all([own, other].map((child) => once(child.stdout, 'data')));
  removeRun(directory);
  expect((await ended)[1]).toBe('SIGKILL');
  expect([existsSync(directory), existsSync(others), other.exitCode]).toEqual([false, true, null]);
  const otherEnded = once(other, 'exit');
  other.kill();
  expect((await otherEnded)[1]).toBe('SIGTERM');
  rmSync(others, { recursive: true });
});

test.skipIf(missingForContainers() !== undefined)('a run goes with its mounts, namespaces and control groups', () => {
  const directory = mkdtempSync(join(tmpdir(), 'run-'));
  const namespace = `${basename(directory)}-1`;
  const group = join('/sys/fs/cgroup', existsSync('/sys/fs/cgroup/pids') ? 'pids' : '', namespace);
  mkdirSync(join(group, 'pod'), { recursive: true });
  mkdirSync(join(directory, 'a/b'), { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', 'none', join(directory, 'a')]);
  mkdirSync(join(directory, 'a/b'));
  execFileSync('mount', ['-t', 'tmpfs', 'none', join(directory, 'a/b')]);
  execFileSync('ip', ['netns', 'add', namespace]);
  removeRun(directory);
  expect([directory, group, `/run/netns/${namespace}`].map((path) => existsSync(path))).toEqual([false, false, false]);
});
