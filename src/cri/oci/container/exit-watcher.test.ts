import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deferred } from '#base/deferred.ts';
import { silentLogger } from '#base/logger.ts';
import { ExitWatcher } from './exit-watcher.ts';

let directory: string;
let watcher: ExitWatcher;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'knarr-exits-'));
  watcher = new ExitWatcher(directory, silentLogger);
});
afterEach(() => {
  watcher.close();
  rmSync(directory, { recursive: true, force: true });
});

test('tells of exit files and reads them', async () => {
  const told = deferred<string>();
  await watcher.start(told.resolve);
  expect(await watcher.read('abc')).toBeUndefined();
  writeFileSync(join(directory, 'abc'), '7');
  expect(await told.promise).toBe('abc');
  expect(await watcher.read('abc')).toMatchObject({ exitCode: 7 });
  await watcher.forget('abc');
  expect(await watcher.read('abc')).toBeUndefined();
});

test('sweeps away what belongs to nobody', async () => {
  writeFileSync(join(directory, 'known'), '0');
  writeFileSync(join(directory, 'unknown'), '0');
  await watcher.sweep((id) => id === 'known');
  expect([await watcher.read('known'), await watcher.read('unknown')]).toMatchObject([{ exitCode: 0 }, undefined]);
});

/** Watches that keep the process from ending. */
const holding = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('FSEvent')).length;

test('keeps the process alive only while somebody waits', async () => {
  const before = holding();
  await watcher.start(() => {});
  expect(holding()).toBe(before);
  const one = deferred();
  const other = deferred();
  const waits = [one, other].map(({ promise }) => watcher.keepAliveDuring(() => promise));
  expect(holding()).toBe(before + 1);
  one.resolve();
  await waits[0];
  expect(holding()).toBe(before + 1);
  other.resolve();
  await waits[1];
  expect(holding()).toBe(before);
});
