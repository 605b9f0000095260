import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '#testing/wait-for.ts';
import { servePortChannels } from './port-channels.ts';

/** A client of port-forwarding, what it hears on each channel without the port, and the promise of the end of serving. */
async function start(ports: readonly number[], connect: (port: number) => Promise<Duplex>) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const said = ports.flatMap(() => ['', '']);
  socket.on('message', (data: Buffer) => {
    const channel = data[0] as number;
    said[channel] += data.subarray(1).toString('latin1');
  });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(socket, 'open')])) as [
    [WebSocket],
    unknown,
  ];
  const served = servePortChannels(accepted, { protocol: 'v4.channel.k8s.io', ports }, { name: 'box', connect });
  server.close();
  return { socket, served, heard: () => said.map((text) => text.slice(2)) };
}

test('a failure is told on its channel, the end of all connections closes the socket', async () => {
  const { socket, served, heard } = await start([1, 2], async (port) => {
    if (port === 2) throw new Error('connection refused');
    return Duplex.from([Buffer.from('bye')]);
  });
  const [code] = (await once(socket, 'close')) as [number];
  await served;
  expect([code, heard()]).toEqual([
    1000,
    ['bye', '', '', 'error forwarding port 2 to pod box, uid : connection refused'],
  ]);
});

test('an end of the client ends connections, also those that are still being made', async () => {
  const made = new PassThrough();
  const late = new PassThrough();
  let finish: () => void = () => {};
  const slow = new Promise<Duplex>((resolve) => {
    finish = () => resolve(late);
  });
  const { socket, served } = await start([1, 2], (port) => (port === 1 ? Promise.resolve(made) : slow));
  socket.terminate();
  await waitFor(() => made.destroyed);
  finish();
  await served;
  expect(late.destroyed).toBe(true);
});

test('what is said before there is a connection is kept, and no more is read until there is one', async () => {
  const slow = new PassThrough();
  let finish: () => void = () => {};
  const made = new Promise<Duplex>((resolve) => {
    finish = () => resolve(slow);
  });
  const { socket, served, heard } = await start([1], () => made);
  const sent = Array.from({ length: 64 }, (_, index) => Buffer.alloc(256 * 1024, 97 + (index % 26)));
  for (const chunk of sent) socket.send(Buffer.concat([Buffer.of(0), chunk]));
  // Where nobody reads, the client cannot get rid of what it has to say.
  let before = -1;
  await waitFor(async () => {
    const still = socket.bufferedAmount === before;
    before = socket.bufferedAmount;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return still;
  });
  expect(before).toBeGreaterThan(0);
  finish();
  const all = Buffer.concat(sent).toString('latin1');
  await waitFor(() => heard()[0]?.length === all.length);
  expect(heard()[0] === all).toBe(true);
  socket.terminate();
  await served;
});
