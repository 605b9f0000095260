import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { bodyOf, readBody } from './read-body.ts';

test('a body whose client has gone is not waited for', async () => {
  const source = new PassThrough();
  source.write('{');
  source.destroy();
  await once(source, 'close');
  await expect(readBody(bodyOf(source), 100)).rejects.toThrow('client closed the connection');
});

test('a body that came before anybody read it is read whole', async () => {
  const source = new PassThrough();
  source.write('{"a":');
  source.end('1}');
  await new Promise(setImmediate);
  expect(Buffer.from(await readBody(bodyOf(source), 100)).toString()).toBe('{"a":1}');
});
