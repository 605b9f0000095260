import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { servePortForward } from './port-forward.ts';
import { SpdySession } from './spdy/spdy-session.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** A client of port-forwarding to a server in a pod, which hears of each connection. */
async function forwardTo(onConnection: (socket: Socket) => void): Promise<SpdySession> {
  const inPod = await listen(onConnection);
  const port = await listen(
    (socket) => void servePortForward(socket, { name: 'box', connect: () => connected(inPod) }),
  );
  const session = new SpdySession(await connected(port), { isClient: true });
  open.push(session);
  return session;
}

/** All that is said on a stream, whose other half stays as it is. */
async function heard(stream: Duplex): Promise<string> {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(stream, 'end');
  return text;
}

async function ask(session: SpdySession, requestId: string) {
  const error = await session.open({ streamtype: 'error', port: '80', requestid: requestId });
  error.end();
  const data = await session.open({ streamtype: 'data', port: '80', requestid: requestId });
  return { error, data };
}

test('a connection is over when the pod has ended it, also for clients that wait for us to say so', async () => {
  const session = await forwardTo((socket) => socket.end('bye'));
  const { error, data } = await ask(session, '0');
  // The client's half stays open, as with kubectl before 1.30.
  expect(await Promise.all([heard(data), heard(error)])).toEqual(['bye', '']);
});

test('a half that the client has ended leaves the pod the other to answer', async () => {
  const session = await forwardTo(async (socket) => socket.end(`answer to ${await heard(socket)}`));
  const { error, data } = await ask(session, '0');
  data.end('question');
  expect(await Promise.all([heard(data), heard(error)])).toEqual(['answer to question', '']);
});
