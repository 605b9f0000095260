import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connectStreams } from './connect-streams.ts';

const talk = (pieces: number) => Readable.from(Array.from({ length: pieces }, () => Buffer.alloc(10_000)));

test.each<[string, (writable: Writable) => void]>([
  ['breaks', (writable) => void writable.destroy(new Error('connection closed'))],
  ['goes', (writable) => void writable.destroy()],
])('output is read to its end although its reader %s, who takes nothing', async (_, leave) => {
  const stdout = talk(100);
  const reader = new Writable({ write: () => {} });
  connectStreams({ stdout, stderr: talk(1) }, { stdout: reader, tty: false });
  await setImmediate();
  leave(reader);
  await once(stdout, 'end');
  expect(reader.destroyed).toBe(true);
});

test('output of a reader whose connection is closed already is read to its end', async () => {
  const stdout = talk(100);
  const reader = new Writable({ write: (_chunk, _encoding, done) => done(new Error('connection closed')) });
  connectStreams({ stdout, stderr: talk(1) }, { stdout: reader, tty: false });
  await once(stdout, 'end');
  expect(reader.destroyed).toBe(true);
});
