import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { bundleForNode } from '../testing/bundle.ts';
import { crashKeys, parseCrashValue } from '../testing/crash-values.ts';
import { recordEvents } from '../testing/event-recorder.ts';
import { openLmdbStore } from './lmdb-store.ts';

let program: { directory: string; file: string };
const directory = mkdtempSync(join(tmpdir(), 'knarr-crash-'));

beforeAll(async () => {
  program = await bundleForNode(join(import.meta.dirname, '../testing/crash-writer.ts'));
});
afterAll(() => {
  rmSync(program.directory, { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
});

const ROUNDS = 100;
/** How many writes are acknowledged before the process is killed, round after round. */
const WRITES = [1, 200, 1, 40, 500];

/** The newest acknowledged sequence number by writer, and the newest acknowledged revision. */
interface Acknowledged {
  readonly sequences: Map<number, number>;
  revision: number;
}

test('every acknowledged write survives SIGKILL, whole, and the revision never goes back', async () => {
  const acknowledged: Acknowledged = { sequences: new Map(), revision: 1 };
  for (let round = 0; round < ROUNDS; round++) {
    await killAfter(WRITES[round % WRITES.length] as number, acknowledged);
    const store = await openLmdbStore({ directory });
    expect(store.revision).toBeGreaterThanOrEqual(acknowledged.revision);
    acknowledged.revision = store.revision;
    await checkValues(store, acknowledged.sequences);
    await checkHistory(store);
    await store.close();
  }
}, 600_000);

async function killAfter(writes: number, acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, [program.file, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const output = await readUntil(child, writes);
  expect((await exited)[1]).toBe('SIGKILL');
  for (const line of output.split('\n').slice(0, -1)) {
    const [writer, sequence, revision] = line.split(' ').map(Number) as [number, number, number];
    acknowledged.sequences.set(writer, sequence);
    acknowledged.revision = Math.max(acknowledged.revision, revision);
  }
}

/** Kills the child in the middle of its work and returns all it had printed. */
async function readUntil(child: ChildProcess, lines: number): Promise<string> {
  let output = '';
  let seen = 0;
  for await (const chunk of child.stdout!) {
    output += chunk;
    seen += String(chunk).split('\n').length - 1;
    if (seen >= lines) child.kill('SIGKILL');
  }
  return output;
}

/** Notes in `sequences` what was found, for the next round. Zero stands for no value. */
async function checkValues(store: Store, sequences: Map<number, number>): Promise<void> {
  for (const [writer, sequence] of sequences) {
    const values = await Promise.all(crashKeys(writer).map((key) => store.get(key)));
    const [first, second] = values.map((stored) => (stored ? parseCrashValue(stored.value) : 0));
    expect(second).toBe(first);
    // The write after the acknowledged one may have happened as well; before every tenth both keys are deleted.
    const possible = (sequence + 1) % 10 === 0 ? [sequence, 0, sequence + 1] : [sequence, sequence + 1];
    expect(possible).toContain(first);
    sequences.set(writer, first!);
  }
}

async function checkHistory(store: Store): Promise<void> {
  const from = Math.max(1, store.oldestRevision);
  const { events, torn } = await recordEvents(store, from);
  expect(torn).toEqual([]);
  const expected = Array.from({ length: store.revision - from }, (_, i) => from + 1 + i);
  expect([...new Set(events.map(({ revision }) => revision))]).toEqual(expected);
}
