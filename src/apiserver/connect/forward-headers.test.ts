import { expect, test } from 'vitest';
import { forwardedHeaders, ownHeaders, returnedHeaders, tunnelledHeaders } from './forward-headers.ts';

const frontProxy = {
  usernameHeaders: ['X-Who'],
  uidHeaders: ['X-Which'],
  groupHeaders: ['X-Of'],
  extraHeaderPrefixes: ['X-More-'],
};
const OURS = ['Authorization', 'Impersonate-User', 'X-Remote-User', 'X-Remote-Extra-A'].flatMap((name) => [name, 'a']);
const FRONT = ['x-who', 'X-Which', 'X-OF', 'X-More-b'].flatMap((name) => [name, 'b']);
const OTHERS = ['X-Whose', 'c', 'Cookie', 'd'];

test('who is behind this server sees nothing of who asks it, by whatever headers a front proxy says so', () => {
  const raw = [...OURS, ...FRONT, ...OTHERS];
  const from = { remoteAddress: '', uri: '/', isOurs: ownHeaders(frontProxy) };
  expect(forwardedHeaders(raw, from)).toEqual([...OTHERS, 'X-Forwarded-Uri', '/']);
  expect(tunnelledHeaders(raw, ownHeaders(frontProxy))).toEqual(OTHERS);
  expect(tunnelledHeaders(raw, ownHeaders())).toEqual([...FRONT, ...OTHERS]);
});

test('headers that Connection names end here, but for the length of the body', () => {
  const raw = ['Connection', 'close, X-Hop', 'connection', 'content-length', 'X-Hop', 'e', 'Content-Length', '3'];
  const from = { remoteAddress: '', uri: '/', isOurs: ownHeaders() };
  expect(forwardedHeaders(raw, from)).toEqual(['Content-Length', '3', 'X-Forwarded-Uri', '/']);
});

test('the path that was asked for is told by this server alone', () => {
  const from = { remoteAddress: '::1', uri: '/a', isOurs: ownHeaders() };
  expect(forwardedHeaders(['X-Forwarded-Uri', '/b', 'X-Forwarded-For', 'f'], from)).toEqual([
    ...['X-Forwarded-For', 'f, ::1'],
    ...['X-Forwarded-Uri', '/a'],
  ]);
});

test('who is behind this server opens it to no pages of others', () => {
  const raw = ['Access-Control-Allow-Origin', '*', 'access-control-allow-credentials', 'true', 'Vary', 'Origin'];
  expect(returnedHeaders(raw, (_name, value) => value)).toEqual({ vary: 'Origin' });
});
