import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { deferred } from '#base/deferred.ts';
import { SpdySession } from './spdy-session.ts';
import type { SpdyStream } from './spdy-stream.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function pair(onStream: (stream: SpdyStream) => void): Promise<SpdySession> {
  const server = createServer((socket) => new SpdySession(socket, { onStream })).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const session = new SpdySession(socket, { isClient: true });
  open.push(session);
  return session;
}

async function readAll(stream: SpdyStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const BIG = Buffer.alloc(5_000_000, 'abcdefg');

test('streams carry headers, and bytes both ways until each end closes', async () => {
  const seen: unknown[] = [];
  const session = await pair((stream) => {
    seen.push(stream.headers);
    stream.pipe(stream);
  });
  const first = await session.open({ streamType: 'data', port: '80' });
  const second = await session.open({ streamType: 'error', port: '80' });
  first.end('one');
  second.end('two');
  expect([String(await readAll(first)), String(await readAll(second)), seen]).toEqual([
    'one',
    'two',
    [
      { streamtype: 'data', port: '80' },
      { streamtype: 'error', port: '80' },
    ],
  ]);
});

test('nothing is lost when a reader is slow', async () => {
  const received = deferred<Buffer>();
  const session = await pair((stream) => {
    stream.end();
    const read = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) {
        chunks.push(chunk as Buffer);
        if (chunks.length % 10 === 0) await sleep(1);
      }
      return Buffer.concat(chunks);
    };
    received.resolve(read());
  });
  const stream = await session.open({ streamType: 'stdin' });
  stream.end(BIG);
  expect((await received.promise).equals(BIG)).toBe(true);
});

test('nothing is lost when the server sends much and closes', async () => {
  const session = await pair((stream) => stream.end(BIG));
  const stream = await session.open({ streamType: 'data' });
  expect((await readAll(stream)).equals(BIG)).toBe(true);
});

test('a connection that breaks ends its streams', async () => {
  const session = await pair((stream) => stream.destroy());
  const stream = await session.open({ streamType: 'data' });
  await once(stream, 'close');
  expect(stream.destroyed).toBe(true);
});
