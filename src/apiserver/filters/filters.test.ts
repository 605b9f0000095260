import { describe, expect, test } from 'vitest';
import { createLogger } from '#base/logger.ts';
import { newConflict, newTooManyRequests } from '#machinery/errors/status-error.ts';
import type { Exchange, HeaderMap, ResponseStream } from '../http/exchange.ts';
import { auditId } from './audit-id.ts';
import { errorAnswer } from './error-answer.ts';
import { chain, type Filter } from './filter.ts';
import { InFlight } from './in-flight.ts';
import { RequestContext } from './request-context.ts';
import { requestInfo } from './request-info.ts';

interface Answer {
  readonly code: number;
  readonly headers: HeaderMap;
  readonly body: string;
}

/** A request that nobody sent, and what it was answered. */
function request(path: string, { method = 'GET', headers = {} as Record<string, string> } = {}) {
  const answers: Answer[] = [];
  const [bare = '', query = ''] = path.split('?', 2);
  const exchange: Partial<Exchange> = {
    method,
    path: bare,
    query: new URLSearchParams(query),
    search: query === '' ? '' : `?${query}`,
    header: (name) => headers[name] ?? '',
    signal: new AbortController().signal,
    get answered() {
      return answers.length > 0;
    },
    respond: (code, given, body) => void answers.push({ code, headers: given, body: new TextDecoder().decode(body) }),
    startStream(code, given): ResponseStream {
      answers.push({ code, headers: given, body: '' });
      return { write: () => true, onDrain: () => {}, end: () => {}, destroy: () => {}, writable: process.stdout };
    },
  };
  return { context: new RequestContext(exchange as Exchange, 0), answers };
}

const infoOf = async (path: string, method = 'GET') => {
  const { context } = request(path, { method });
  await chain([requestInfo], async () => {})(context);
  return [context.verb, context.isLongRunning, context.target?.resource] as const;
};

test('filters see a request in their order and an answer in the reverse', async () => {
  const seen: string[] = [];
  const named =
    (name: string): Filter =>
    (next) =>
    async (context) => {
      seen.push(`${name} in`);
      await next(context);
      seen.push(`${name} out`);
    };
  await chain([named('a'), named('b')], async () => void seen.push('handler'))(request('/').context);
  expect(seen).toEqual(['a in', 'b in', 'handler', 'b out', 'a out']);
});

test.each([
  ['/healthz', 'GET', ['get', false, undefined]],
  ['/api/v1/pods', 'GET', ['list', false, 'pods']],
  ['/api/v1/pods?watch=1', 'GET', ['watch', true, 'pods']],
  ['/api/v1/pods?watch=false', 'GET', ['list', false, 'pods']],
  ['/api/v1/namespaces/a/pods/b/log', 'GET', ['get', true, 'pods']],
  ['/api/v1/namespaces/a/pods/b/exec', 'POST', ['create', true, 'pods']],
  ['/api/v1/namespaces/a/services/b/proxy/x', 'GET', ['get', true, 'services']],
  ['/api/v1/namespaces/a/pods/b', 'DELETE', ['delete', false, 'pods']],
  ['/api/v1/namespaces/a/pods', 'DELETE', ['deletecollection', false, 'pods']],
])('%s is read as what it asks for', async (path, method, info) => {
  expect(await infoOf(path, method)).toEqual(info);
});

describe('an error', () => {
  const lines: string[] = [];
  const logger = createLogger((level, message) => void lines.push(`${level} ${message}`));
  const answerTo = async (error: unknown, path = '/') => {
    lines.length = 0;
    const { context, answers } = request(path);
    await chain([errorAnswer(logger)], () => Promise.reject(error))(context);
    return { context, answer: answers[0] as Answer, lines: [...lines] };
  };

  test('with a Status is told as it is', async () => {
    const {
      context,
      answer,
      lines: logged,
    } = await answerTo(newConflict({ group: '', resource: 'pods' }, 'a', 'late'));
    expect([answer.code, JSON.parse(answer.body).reason, logged]).toEqual([409, 'Conflict', []]);
    expect([context.code, context.failed, context.bytes]).toEqual([409, false, answer.body.length]);
  });

  test('that says when to come again does so in a header', async () => {
    expect((await answerTo(newTooManyRequests('later', 7))).answer.headers['retry-after']).toBe('7');
  });

  test('of the server’s own is a 500 and logged', async () => {
    const { context, answer, lines: logged } = await answerTo(new Error('oh no'));
    expect(JSON.parse(answer.body)).toMatchObject({ code: 500, message: 'Internal error occurred: oh no' });
    expect([context.failed, logged]).toEqual([true, ['error request failed']]);
  });

  test('after the answer began leaves it as it is', async () => {
    const { context, answers } = request('/');
    await chain([errorAnswer(logger)], async (each) => {
      each.startStream(200, {});
      throw new Error('broken');
    })(context);
    expect(answers.map(({ code }) => code)).toEqual([200]);
  });
});

describe('the audit id', () => {
  const idOf = async (headers: Record<string, string>) => {
    const { context, answers } = request('/', { headers });
    await chain([auditId(() => 'new')], async (each) => each.respond(200, {}, new Uint8Array()))(context);
    return answers[0]?.headers['audit-id'];
  };

  test('is the client’s, not longer than it may be, or new', async () => {
    expect(await idOf({})).toBe('new');
    expect(await idOf({ 'audit-id': 'mine' })).toBe('mine');
    expect(await idOf({ 'audit-id': 'x'.repeat(100) })).toBe('x'.repeat(64));
  });
});

test('a server is idle when its last short request is answered', async () => {
  const inFlight = new InFlight();
  const finishes: (() => void)[] = [];
  const handle = chain([inFlight.filter], () => new Promise<void>((resolve) => finishes.push(resolve)));
  const { context: long } = request('/api/v1/pods?watch=1');
  long.isLongRunning = true;
  await inFlight.idle();
  const running = [handle(request('/a').context), handle(request('/b').context), handle(long)];
  let isIdle = false;
  const idle = inFlight.idle().then(() => {
    isIdle = true;
  });
  finishes[0]?.();
  await running[0];
  expect(isIdle).toBe(false);
  finishes[1]?.();
  await idle;
  finishes[2]?.();
  await running[2];
});
