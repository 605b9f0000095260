import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { waitFor } from '#testing/wait-for.ts';
import { RelayStream } from './relay-stream.ts';

function relayOf() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let killed = 0;
  const closed = Promise.all([stdin, stdout, stderr].map((pipe) => once(pipe, 'close'))).then(() => {});
  return { stdin, stdout, stderr, closed, kill: () => void killed++, killed: () => killed };
}

test('who goes without reading on leaves no pipe behind', async () => {
  const relay = relayOf();
  const stream = new RelayStream(relay);
  relay.stdout.write(Buffer.alloc(200_000));
  await waitFor(() => relay.stdout.isPaused());
  stream.destroy();
  await relay.closed;
  expect(relay.killed()).toBe(1);
});

test('what was said before the other side closed is read to its end', async () => {
  const relay = relayOf();
  const stream = new RelayStream(relay);
  relay.stdout.end(Buffer.alloc(200_000));
  relay.stdin.end();
  let length = 0;
  for await (const chunk of stream) length += (chunk as Buffer).length;
  expect(length).toBe(200_000);
});
