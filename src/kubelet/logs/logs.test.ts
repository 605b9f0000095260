import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import { parseLogLine } from './log-line.ts';
import { type ReadLogOptions, readLog } from './read-log.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'knarr-logs-'));
  path = join(directory, '0.log');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const line = (second: number, text: string, stream = 'stdout', tag = 'F') =>
  `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z ${stream} ${tag} ${text}\n`;

async function read(options: Partial<ReadLogOptions> = {}): Promise<string> {
  const pieces: Buffer[] = [];
  await readLog(
    path,
    { clock: systemClock, signal: new AbortController().signal, isRunning: async () => false, ...options },
    (piece) => pieces.push(piece),
  );
  return Buffer.concat(pieces).toString();
}

test.each([
  ['2026-01-01T00:00:00Z stdout F hello there', { partial: false, stream: 'stdout', text: 'hello there\n' }],
  ['2026-01-01T00:00:00Z stderr P part', { partial: true, stream: 'stderr', text: 'part' }],
  ['2026-01-01T00:00:00Z stdout F ', { partial: false, stream: 'stdout', text: '\n' }],
  ['nonsense', undefined],
  ['time other F x', undefined],
])('the line %s', (text, expected) => {
  const parsed = parseLogLine(Buffer.from(text));
  expect(parsed && { partial: parsed.partial, stream: parsed.stream, text: parsed.content.toString() }).toEqual(
    expected,
  );
});

test.each<[string, Partial<ReadLogOptions>, string]>([
  ['everything', {}, 'a\nlong line\nc\n'],
  ['the last line', { tailLines: 1 }, 'c\n'],
  ['more lines than there are', { tailLines: 99 }, 'a\nlong line\nc\n'],
  ['no line', { tailLines: 0 }, ''],
  ['from a moment on', { since: Date.UTC(2026, 0, 1, 0, 0, 4) }, 'c\n'],
  ['some bytes', { limitBytes: 3 }, 'a\nl'],
  ['one stream', { stream: 'stderr' }, 'c\n'],
  [
    'timestamps, once a line',
    { timestamps: true },
    '2026-01-01T00:00:01.000000000Z a\n2026-01-01T00:00:02.000000000Z long line\n2026-01-01T00:00:04.000000000Z c\n',
  ],
])('reads %s', async (_, options, expected) => {
  await writeFile(path, line(1, 'a') + line(2, 'long ', 'stdout', 'P') + line(3, 'line') + line(4, 'c', 'stderr'));
  expect(await read(options)).toBe(expected);
});

test('times in UTC are shown as such, however the runtime writes them', async () => {
  await writeFile(path, '2026-01-01T00:00:01.5+00:00 stdout F a\n2026-01-01T02:00:02.5+02:00 stdout F b\n');
  expect(await read({ timestamps: true })).toBe('2026-01-01T00:00:01.5Z a\n2026-01-01T02:00:02.5+02:00 b\n');
});

test('a line that was cut off is read as far as it goes', async () => {
  await writeFile(path, line(1, 'a') + line(2, 'half').trimEnd());
  expect(await read()).toBe('a\nhalf\n');
});

test('follows over rotation until the container has ended', async () => {
  await writeFile(path, line(1, 'a'));
  const exited = deferred();
  let running = true;
  let seen = '';
  const wrote = new Map([
    ['a\n', () => appendFile(path, line(2, 'b'))],
    ['a\nb\n', () => rename(path, `${path}.1`).then(() => writeFile(path, line(3, 'c')))],
    [
      'a\nb\nc\n',
      async () => {
        await appendFile(path, line(4, 'd'));
        running = false;
        exited.resolve();
      },
    ],
  ]);
  await readLog(
    path,
    {
      follow: true,
      clock: systemClock,
      signal: new AbortController().signal,
      isRunning: async () => running,
      exited: exited.promise,
    },
    async (piece) => {
      seen += piece.toString();
      await wrote.get(seen)?.();
    },
  );
  expect(seen).toBe('a\nb\nc\nd\n');
});

test('following ends when the reader goes', async () => {
  await writeFile(path, line(1, 'a'));
  const gone = new AbortController();
  const reading = readLog(
    path,
    { follow: true, clock: systemClock, signal: gone.signal, isRunning: async () => true },
    () => gone.abort(),
  );
  await expect(reading).resolves.toBeUndefined();
});

test('a log that is not there is an error', async () => {
  await expect(read()).rejects.toMatchObject({ code: 'ENOENT' });
});
