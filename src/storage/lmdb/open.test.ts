import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from 'lmdb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreOpenError } from '../store-open-error.ts';
import { bundleForNode } from '../testing/bundle.ts';
import { LmdbLog } from './lmdb-log.ts';
import { openLmdbStore } from './lmdb-store.ts';

let root: string;
let directory: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'knarr-open-'));
  directory = join(root, 'store');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function failure(): Promise<StoreOpenError> {
  const error = await openLmdbStore({ directory }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreOpenError)) throw new Error('open did not fail as expected', { cause: error });
  return error;
}

test('a directory is made when it does not exist, and released on close', async () => {
  const store = await openLmdbStore({ directory });
  expect(existsSync(join(directory, 'lock'))).toBe(true);
  await store.close();
  expect(existsSync(join(directory, 'lock'))).toBe(false);
});

test('a directory that this process has open is in use', async () => {
  const store = await openLmdbStore({ directory });
  const error = await failure();
  expect([error.reason, error.message]).toEqual([
    'in-use',
    `open store in ${directory}: in use by process ${process.pid}`,
  ]);
  await store.close();
});

test('the lock of another living process is respected, that of a dead one taken over', async () => {
  mkdirSync(directory);
  const other = spawn('sleep', ['60']);
  const exited = once(other, 'exit');
  writeFileSync(join(directory, 'lock'), JSON.stringify({ pid: other.pid }));
  expect((await failure()).reason).toBe('in-use');
  other.kill('SIGKILL');
  await exited;
  await (await openLmdbStore({ directory })).close();
});

const staleLocks: [string, string][] = [
  ['of a process whose id was given to another', JSON.stringify({ pid: process.pid, started: '1' })],
  ['that is empty', ''],
  ['that is cut off', '{"pid":12'],
];
test.each(staleLocks)('a lock %s is taken over', async (_, content) => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'lock'), content);
  await (await openLmdbStore({ directory })).close();
  expect(readdirSync(directory).filter((name) => name.startsWith('lock') && name !== 'lock.mdb')).toEqual([]);
});

test('a newer format is refused and left alone', async () => {
  mkdirSync(directory);
  const log = new LmdbLog(directory);
  await log.write([{ type: 'meta', meta: { format: 99, compactedRevision: 0 } }]);
  await log.close();
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await failure();
    expect([error.reason, error.message]).toEqual([
      'unknown-format',
      `open store in ${directory}: format is 99, this version knows 2`,
    ]);
  }
});

test('a database of another program is refused', async () => {
  mkdirSync(directory);
  const foreign = open({ path: directory, noSubdir: false, overlappingSync: false });
  await foreign.put('hello', 'world');
  await foreign.close();
  const error = await failure();
  expect([error.reason, error.message]).toEqual([
    'unknown-format',
    `open store in ${directory}: data.mdb is not a store of Knarr`,
  ]);
});

test('a file that is no database is refused', async () => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'data.mdb'), Buffer.alloc(65536, 'no database'));
  expect((await failure()).reason).toBe('unknown-format');
  expect(existsSync(join(directory, 'lock'))).toBe(false);
});

test('a directory that may not be written is named with EACCES', async () => {
  mkdirSync(directory);
  chmodSync(directory, 0o500);
  const error = await unprivileged(failure);
  expect([error.reason, error.code]).toEqual(['inaccessible', 'EACCES']);
});

/** Nothing is forbidden to root: acts as nobody meanwhile. */
async function unprivileged<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  chmodSync(root, 0o755);
  process.seteuid!(65534);
  try {
    return await action();
  } finally {
    process.seteuid!(0);
  }
}

test('a directory whose path leads through a file is named with its code', async () => {
  writeFileSync(directory, 'a file');
  directory = join(directory, 'store');
  const error = await failure();
  expect([error.reason, error.code]).toEqual(['inaccessible', 'ENOTDIR']);
});

const isolated = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
test.skipIf(!isolated)(
  'writes that find the disk full reject and change nothing, all others stay, and later writes work',
  async () => {
    const program = await bundleForNode(join(import.meta.dirname, '../testing/full-disk.ts'));
    // The small file system lives in a mount namespace of its own and ends with the process.
    const script = 'mount -t tmpfs -o size=8m none "$1" && exec "$2" "$3" "$1"';
    const command = ['-m', 'sh', '-c', script, 'sh', root, process.execPath, program.file];
    const { stdout } = await promisify(execFile)('unshare', command);
    rmSync(program.directory, { recursive: true, force: true });
    expect(JSON.parse(stdout)).toEqual({
      codes: ['ENOSPC'],
      // What is ahead of the store was made when there was room.
      some: true,
      changed: [],
      after: { ok: true },
      lost: [],
      seen: true,
    });
  },
);

test('compaction leaves the live records alone in the file, also of what was written before a restart', async () => {
  const value = new Uint8Array([1]);
  let store = await openLmdbStore({ directory });
  await store.put('a', value);
  await store.put('b', value);
  await store.put('c', value);
  await store.delete('b');
  await store.close();
  store = await openLmdbStore({ directory });
  await store.put('a', value);
  await store.txn([
    { type: 'put', key: 'd', value },
    { type: 'put', key: 'e', value },
  ]);
  await store.txn([
    { type: 'put', key: 'e', value },
    { type: 'delete', key: 'd' },
  ]);
  await store.compact(store.revision);
  await store.close();
  const log = new LmdbLog(directory);
  expect([...log.newestFirst()].map(({ key, revision, index }) => [key, revision, index])).toEqual([
    ['e', 8, 0],
    ['a', 6, 0],
    ['c', 4, 0],
  ]);
  await log.close();
});

test.skipIf(!existsSync('/proc/self/maps'))('a file that grows is mapped once', async () => {
  const store = await openLmdbStore({ directory });
  for (const key of ['a', 'b', 'c']) await store.put(key, new Uint8Array(2 ** 20));
  await store.put('d', new Uint8Array(5 * 2 ** 20));
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  const path = realpathSync(join(directory, 'data.mdb'));
  expect(maps.filter((line) => line.endsWith(path))).toHaveLength(1);
  await store.close();
});
