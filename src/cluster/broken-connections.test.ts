import { EventEmitter, once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from '#base/logger.ts';
import { isOfConnection, surviveBrokenConnections } from './broken-connections.ts';

/** A process and what it did: the codes it ended with, and what it told. */
function fakeProcess() {
  const codes: number[] = [];
  const told: string[] = [];
  const fake = Object.assign(new EventEmitter(), { exit: (code: number) => void codes.push(code) });
  const logger = createLogger((_level, message, { stack }) => told.push(`${message}: ${String(stack).split('\n')[0]}`));
  surviveBrokenConnections(fake, logger);
  return { fake, codes, told };
}

/** The error of a stream made of two, one of which is gone. */
async function prematureClose(): Promise<unknown> {
  const readable = new PassThrough();
  const both = Duplex.from({ readable, writable: new PassThrough() });
  readable.destroy();
  const [error] = await once(both, 'error');
  return error;
}

async function refused(): Promise<unknown> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const [error] = await once(connect(port, '127.0.0.1'), 'error');
  return error;
}

test('a connection that broke unheard is told of and survived', async () => {
  const { fake, codes, told } = fakeProcess();
  fake.emit('uncaughtException', await refused());
  fake.emit('uncaughtException', await prematureClose());
  expect(codes).toEqual([]);
  expect(told).toEqual([
    expect.stringMatching(/^A connection broke and nobody listened: Error: connect ECONNREFUSED /),
    expect.stringContaining('Premature close'),
  ]);
});

test('anything else ends the process', () => {
  const { fake, codes, told } = fakeProcess();
  fake.emit('uncaughtException', new TypeError('x is not a function'));
  fake.emit('uncaughtException', Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  fake.emit('uncaughtException', undefined);
  expect(codes).toEqual([1, 1, 1]);
  expect(told[0]).toBe('Uncaught error: TypeError: x is not a function');
  expect(isOfConnection(null)).toBe(false);
});
