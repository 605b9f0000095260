import { expect, test } from 'vitest';
import { readLogOptions } from './log-options.ts';

const read = (query: string) => readLogOptions(new URLSearchParams(query), 'p').toString();

test.each([
  ['', ''],
  ['follow&timestamps=yes&previous=False&insecureSkipTLSVerifyBackend=0', 'follow=true&timestamps=true'],
  ['tailLines=0&limitBytes=1&sinceSeconds=5&container=c', 'sinceSeconds=5&tailLines=0&limitBytes=1&container=c'],
  ['sinceTime=2026-01-01T00:00:00Z&tailLines=&other=1', 'sinceTime=2026-01-01T00%3A00%3A00Z'],
])('"%s" asks for "%s"', (query, options) => {
  expect(read(query)).toBe(options);
});

test.each([
  ['tailLines=-1', 422, 'tailLines: Invalid value: -1: must be greater than or equal to 0'],
  ['limitBytes=0', 422, 'limitBytes: Invalid value: 0: must be greater than 0'],
  ['sinceSeconds=0', 422, 'sinceSeconds: Invalid value: 0: must be greater than 0'],
  [
    'sinceSeconds=0&sinceTime=2026-01-01T00:00:00Z',
    422,
    ': Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ],
  ['stream=Stdout', 422, 'stream: Forbidden: may not be specified'],
  ['tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['sinceTime=x', 400, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
])('"%s" is a %i', (query, code, message) => {
  const told = code === 422 ? `PodLogOptions "p" is invalid: ${message}` : message;
  expect(() => read(query)).toThrow(expect.objectContaining({ code, message: told }));
});
