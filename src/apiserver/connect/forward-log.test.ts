import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { StatusError } from '#machinery/errors/status-error.ts';
import { forwardLog } from './forward.ts';
import type { LogExchange } from './log-socket.ts';

/** What a client gets when the node answers like that: code, type and text, or the refusal. */
async function heard(code: number, type: string, body: string): Promise<unknown[]> {
  const node = createServer((_request, response) => response.writeHead(code, { 'content-type': type }).end(body));
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  const { port } = node.address() as AddressInfo;
  let answer: unknown[] = [];
  const exchange = {
    method: 'GET',
    signal: new AbortController().signal,
    answered: false,
    startStream(sent: number, headers: Record<string, string>) {
      let text = '';
      const write = (chunk: Buffer, _encoding: string, done: () => void) => {
        text += chunk;
        done();
      };
      const final = (done: () => void) => {
        answer = [sent, headers['content-type'], text];
        done();
      };
      return { writable: new Writable({ write, final }) };
    },
  } as unknown as LogExchange;
  const target = { scheme: 'http' as const, host: '127.0.0.1', port, path: '/', isOurs: () => false };
  try {
    await forwardLog(exchange, target, 'p');
    return answer;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return [error.code, error.reason, error.message];
  } finally {
    node.close();
  }
}

const status = JSON.stringify({ kind: 'Status', code: 404, reason: 'NotFound', message: 'pods "p" not found' });

test.each([
  [200, 'text/html', '<script>', [200, 'text/plain', '<script>']],
  [400, 'text/html', '<script>', [400, 'BadRequest', '<script>']],
  [500, 'text/plain', 'oh no', [500, 'InternalError', 'Internal error occurred: oh no']],
  [404, 'application/json', status, [404, 'NotFound', 'pods "p" not found']],
  [302, 'text/html', status, [302, '', expect.stringContaining('status code 302')]],
  [404, 'text/plain', 'x', [404, 'NotFound', 'the server could not find the requested resource ( pods/log p)']],
  [403, 'text/plain', 'Forbidden (user=a)', [403, 'Forbidden', 'Forbidden (user=a) ( pods/log p)']],
])('a log that a node answers with %i, as %s, comes as text, and a refusal as a Status', async (...given) => {
  const [code, type, body, expected] = given;
  expect(await heard(code, type, body)).toEqual(expected);
});
