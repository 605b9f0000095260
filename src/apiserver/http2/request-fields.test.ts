import { expect, test } from 'vitest';
import { areTrailers, requestFields } from './request-fields.ts';

const GET = [':method', 'GET', ':scheme', 'https', ':path', '/a?b'];

test('a request says what it wants', () => {
  expect(requestFields([...GET, ':authority', 'x', 'content-length', '12', 'te', 'trailers'])).toEqual({
    method: 'GET',
    path: '/a?b',
    contentLength: 12,
  });
});

test.each([
  ['without a method', GET.slice(2)],
  ['without a path', GET.slice(0, 4)],
  ['with an empty path', [...GET.slice(0, 4), ':path', '']],
  ['without a scheme', [...GET.slice(0, 2), ...GET.slice(4)]],
  ['with a path that is no URL', [...GET.slice(0, 4), ':path', '/a%2']],
  ['with two paths', [...GET, ':path', '/c']],
  ['with an answer’s field', [...GET, ':status', '200']],
  ['with an unknown one', [...GET, ':unknown', '']],
  ['with a pseudo field behind another', [...GET.slice(2), 'accept', '*/*', ':method', 'GET']],
  ['with a name in upper case', [...GET, 'Accept', '*/*']],
  ['with a name of nothing', [...GET, '', 'x']],
  ['with a name of several words', [...GET, 'a b', 'x']],
  ['with a field of a connection', [...GET, 'connection', 'close']],
  ['with an encoding of HTTP/1.1', [...GET, 'transfer-encoding', 'chunked']],
  ['that wants other trailers', [...GET, 'te', 'gzip']],
  ['with a value of two lines', [...GET, 'x-a', 'b\nc: d']],
  ['with a length that is none', [...GET, 'content-length', '-1']],
  ['with two lengths', [...GET, 'content-length', '1', 'content-length', '2']],
])('what comes %s is no request', (_what, fields) => {
  expect(requestFields(fields)).toBeUndefined();
});

test('trailers have no pseudo fields', () => {
  expect([areTrailers(['x-checksum', '1']), areTrailers([':path', '/'])]).toEqual([true, false]);
});
